import { existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTemplateObject, TemplateError, type TemplateObject, type TemplateValue } from '../template/template';

/** An `AWS::Lambda::Function`, ready to run. */
export interface FunctionConfiguration {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly memorySize: number;
  readonly timeoutSeconds: number;
  /** The module that exports the handler. */
  readonly modulePath: string;
  readonly handlerName: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ConfigurationInput {
  readonly name: string;
  readonly arn: string;
  readonly properties: TemplateObject;
  readonly assets: ReadonlyMap<string, string>;
  /** What this cloud adds to every function's environment: Region, endpoints, the role's access key. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
}

/** Reads the resolved properties of an `AWS::Lambda::Function`. Raises a `TemplateError` naming the function. */
export function functionConfiguration(input: ConfigurationInput): FunctionConfiguration {
  const { name, arn, properties, assets, hostEnvironment } = input;
  const runtime = String(properties.Runtime);
  if (!runtime.startsWith('nodejs')) throw new TemplateError(`function ${name}: runtime ${runtime} is not supported`);
  const [file = '', handlerName = ''] = splitHandler(String(properties.Handler));
  const directory = codeDirectory(name, properties.Code, file, assets);
  const memorySize = Number(properties.MemorySize ?? 128);
  return {
    name,
    arn,
    roleArn: String(properties.Role),
    memorySize,
    timeoutSeconds: Number(properties.Timeout ?? 3),
    modulePath: findModule(name, directory, file),
    handlerName,
    environment: {
      ...hostEnvironment,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      LAMBDA_TASK_ROOT: directory,
      TZ: ':UTC',
      ...variables(name, properties.Environment),
    },
  };
}

function splitHandler(handler: string): [string, string] {
  const dot = handler.lastIndexOf('.');
  return [handler.slice(0, dot), handler.slice(dot + 1)];
}

function variables(name: string, environment: TemplateValue | undefined): Record<string, string> {
  const values = isTemplateObject(environment) ? environment.Variables : undefined;
  if (values === undefined) return {};
  if (!isTemplateObject(values)) throw new TemplateError(`function ${name}: Environment.Variables is not an object`);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}

function codeDirectory(
  name: string,
  code: TemplateValue | undefined,
  file: string,
  assets: ReadonlyMap<string, string>,
): string {
  if (!isTemplateObject(code)) throw new TemplateError(`function ${name}: Code is missing`);
  if (typeof code.ZipFile === 'string') return inlineCode(code.ZipFile, file);
  const directory = assets.get(String(code.S3Key));
  if (directory === undefined)
    throw new TemplateError(`function ${name}: asset ${String(code.S3Key)} is not in the assembly`);
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new TemplateError(`function ${name}: asset ${directory} is not a directory`);
  }
  return directory;
}

function inlineCode(source: string, file: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'lambda-inline-'));
  writeFileSync(join(directory, `${file}.cjs`), source);
  return directory;
}

function findModule(name: string, directory: string, file: string): string {
  const path = ['.mjs', '.js', '.cjs'].map((extension) => join(directory, `${file}${extension}`)).find(existsSync);
  if (path === undefined) throw new TemplateError(`function ${name}: no module ${file} in ${directory}`);
  return path;
}
