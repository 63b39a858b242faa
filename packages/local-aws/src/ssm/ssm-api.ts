import type { Clock } from '../clock';
import { AwsError, accessDenied } from '../endpoint/aws-error';
import type { AwsJsonCall, AwsJsonService } from '../endpoint/aws-json';
import type { Iam } from '../iam/iam';

type Input = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly modifiedAt: number;
}

const TYPES = ['String', 'StringList', 'SecureString'];

/** Parameter Store of AWS Systems Manager: get, put and delete. A SecureString is kept as plain text. */
export class SsmService implements AwsJsonService {
  readonly contentType = 'application/x-amz-json-1.1';
  readonly errorNamespace = '';
  readonly #iam: Iam;
  readonly #clock: Clock;
  readonly #arnPrefix: string;
  readonly #parameters = new Map<string, Parameter>();
  #onChange: () => void = () => undefined;

  /** `arnPrefix` is `arn:aws:ssm:<region>:<account>:`. */
  constructor(iam: Iam, clock: Clock, arnPrefix: string) {
    this.#iam = iam;
    this.#clock = clock;
    this.#arnPrefix = arnPrefix;
  }

  get parameters(): readonly Parameter[] {
    return [...this.#parameters.values()];
  }

  restore(parameters: readonly Parameter[]): void {
    for (const parameter of parameters) this.#parameters.set(parameter.name, parameter);
  }

  /** Calls `listener` after every change. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  arn(name: string): string {
    return `${this.#arnPrefix}parameter${name.startsWith('/') ? '' : '/'}${name}`;
  }

  /** Creates or replaces a parameter; the version grows. */
  put(name: string, type: string, value: string): Parameter {
    const version = (this.#parameters.get(name)?.version ?? 0) + 1;
    const parameter = { name, type, value, version, modifiedAt: this.#clock.now() };
    this.#parameters.set(name, parameter);
    this.#onChange();
    return parameter;
  }

  call({ operation, input, accessKeyId }: AwsJsonCall): unknown {
    switch (operation) {
      case 'GetParameter':
        return { Parameter: this.#get(name(input), input, accessKeyId) };
      case 'GetParameters':
        return this.#getAll(input, accessKeyId);
      case 'PutParameter':
        return this.#put(input, accessKeyId);
      case 'DeleteParameter':
        return this.#delete(input, accessKeyId);
      case 'AddTagsToResource':
        this.#authorize(accessKeyId, operation, String(input.ResourceId));
        return {};
      default:
        throw new AwsError('UnknownOperationException', `SSM operation ${operation} is not embedded here`);
    }
  }

  #authorize(accessKeyId: string, operation: string, parameter: string): void {
    const arn = this.arn(parameter);
    if (this.#iam.isAllowed(accessKeyId, `ssm:${operation}`, arn)) return;
    throw accessDenied(this.#iam.callerArn(accessKeyId), `ssm:${operation}`, arn);
  }

  #get(parameter: string, input: Input, accessKeyId: string): object {
    this.#authorize(accessKeyId, 'GetParameter', parameter);
    const found = this.#parameters.get(parameter);
    if (!found) throw new AwsError('ParameterNotFound', `Parameter ${parameter} not found.`);
    return this.#shown(found, input.WithDecryption === true);
  }

  #getAll(input: Input, accessKeyId: string): object {
    const names = Array.isArray(input.Names) ? input.Names.map(String) : [];
    for (const wanted of names) this.#authorize(accessKeyId, 'GetParameters', wanted);
    const found = names.map((wanted) => this.#parameters.get(wanted)).filter((item) => item !== undefined);
    return {
      Parameters: found.map((parameter) => this.#shown(parameter, input.WithDecryption === true)),
      InvalidParameters: names.filter((wanted) => !this.#parameters.has(wanted)),
    };
  }

  #put(input: Input, accessKeyId: string): object {
    const wanted = name(input);
    this.#authorize(accessKeyId, 'PutParameter', wanted);
    const known = this.#parameters.get(wanted);
    if (known && input.Overwrite !== true) {
      const message =
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
      throw new AwsError('ParameterAlreadyExists', message);
    }
    const type = String(input.Type ?? known?.type ?? '');
    if (!TYPES.includes(type)) throw new AwsError('ValidationException', `Type must be one of ${TYPES.join(', ')}`);
    const value = String(input.Value ?? '');
    if (value === '') throw new AwsError('ValidationException', 'Value must have length greater than or equal to 1');
    return { Version: this.put(wanted, type, value).version, Tier: 'Standard' };
  }

  #delete(input: Input, accessKeyId: string): object {
    const wanted = name(input);
    this.#authorize(accessKeyId, 'DeleteParameter', wanted);
    if (!this.#parameters.delete(wanted)) throw new AwsError('ParameterNotFound', `Parameter ${wanted} not found.`);
    this.#onChange();
    return {};
  }

  #shown(parameter: Parameter, decrypted: boolean): object {
    const hidden = parameter.type === 'SecureString' && !decrypted;
    return {
      Name: parameter.name,
      Type: parameter.type,
      Value: hidden ? Buffer.from(parameter.value).toString('base64') : parameter.value,
      Version: parameter.version,
      LastModifiedDate: parameter.modifiedAt / 1000,
      ARN: this.arn(parameter.name),
      DataType: 'text',
    };
  }
}

function name(input: Input): string {
  const value = String(input.Name ?? '');
  if (value === '') throw new AwsError('ValidationException', 'Name must not be empty');
  return value;
}
