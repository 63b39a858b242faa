import { isTemplateObject, TemplateError, type TemplateObject, type TemplateValue } from '../template/template';
import type { CodeFolders } from './code-folders';

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

interface ConfigurationInput {
  readonly name: string;
  readonly arn: string;
  readonly properties: TemplateObject;
  readonly code: CodeFolders;
  /** What this cloud adds to every function's environment: Region, endpoints, the role's access key. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
}

/** Reads the resolved properties of an `AWS::Lambda::Function`. Raises a `TemplateError` naming the function. */
export function functionConfiguration(input: ConfigurationInput): FunctionConfiguration {
  const { name, arn, properties, code, hostEnvironment } = input;
  const runtime = String(properties.Runtime);
  if (!runtime.startsWith('nodejs')) throw new TemplateError(`function ${name}: runtime ${runtime} is not supported`);
  const [file = '', handlerName = ''] = splitHandler(String(properties.Handler));
  const { directory, modulePath } = code.locate(name, properties.Code, file);
  const memorySize = Number(properties.MemorySize ?? 128);
  return {
    name,
    arn,
    roleArn: String(properties.Role),
    memorySize,
    timeoutSeconds: Number(properties.Timeout ?? 3),
    modulePath,
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
