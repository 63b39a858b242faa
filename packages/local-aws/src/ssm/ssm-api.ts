import { AwsError } from '../endpoint/aws-error';
import type { AwsJsonApi, AwsJsonCall, RequestInput } from '../endpoint/aws-json';
import { type Access, demandAccess } from '../iam/access';
import { arnOf, type StackIdentity } from '../template/resource-type';
import type { Parameter, Parameters } from './parameters';

const TYPES = ['String', 'StringList', 'SecureString'];

/** Parameter Store behind the AWS JSON protocol: get, put and delete. */
export class SsmApi implements AwsJsonApi {
  readonly contentType = 'application/x-amz-json-1.1';
  readonly errorNamespace = '';
  readonly #parameters: Parameters;
  readonly #access: Access;
  readonly #stack: StackIdentity;

  constructor(parameters: Parameters, access: Access, stack: StackIdentity) {
    this.#parameters = parameters;
    this.#access = access;
    this.#stack = stack;
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
    demandAccess(this.#access, { accessKeyId, action: `ssm:${operation}`, resource: this.#arn(parameter) });
  }

  #arn(name: string): string {
    return arnOf({ stack: this.#stack }, 'ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
  }

  #get(parameter: string, input: RequestInput, accessKeyId: string): object {
    this.#authorize(accessKeyId, 'GetParameter', parameter);
    const found = this.#parameters.get(parameter);
    if (!found) throw new AwsError('ParameterNotFound', `Parameter ${parameter} not found.`);
    return this.#view(found, input.WithDecryption === true);
  }

  #getAll(input: RequestInput, accessKeyId: string): object {
    const names = Array.isArray(input.Names) ? input.Names.map(String) : [];
    for (const wanted of names) this.#authorize(accessKeyId, 'GetParameters', wanted);
    const found = names.map((wanted) => this.#parameters.get(wanted)).filter((item) => item !== undefined);
    return {
      Parameters: found.map((parameter) => this.#view(parameter, input.WithDecryption === true)),
      InvalidParameters: names.filter((wanted) => this.#parameters.get(wanted) === undefined),
    };
  }

  #put(input: RequestInput, accessKeyId: string): object {
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
    return { Version: this.#parameters.put(wanted, type, value).version, Tier: 'Standard' };
  }

  #delete(input: RequestInput, accessKeyId: string): object {
    const wanted = name(input);
    this.#authorize(accessKeyId, 'DeleteParameter', wanted);
    if (!this.#parameters.delete(wanted)) throw new AwsError('ParameterNotFound', `Parameter ${wanted} not found.`);
    return {};
  }

  #view(parameter: Parameter, decrypted: boolean): object {
    const hidden = parameter.type === 'SecureString' && !decrypted;
    return {
      Name: parameter.name,
      Type: parameter.type,
      Value: hidden ? Buffer.from(parameter.value).toString('base64') : parameter.value,
      Version: parameter.version,
      LastModifiedDate: parameter.modifiedAt / 1000,
      ARN: this.#arn(parameter.name),
      DataType: 'text',
    };
  }
}

function name(input: RequestInput): string {
  const value = String(input.Name ?? '');
  if (value === '') throw new AwsError('ValidationException', 'Name must not be empty');
  return value;
}
