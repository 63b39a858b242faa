import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';

/**
 * Reads the key in an SSM SecureString parameter. Each call of the result is a request to SSM, so the caller keeps the
 * key. The promise is rejected when the parameter has no value.
 */
export function parameterKey(ssm: SSMClient, name: string): () => Promise<Uint8Array> {
  return async () => {
    const found = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    const value = found.Parameter?.Value;
    if (value === undefined) throw new Error(`SSM parameter ${name} has no value`);
    return Buffer.from(value, 'utf8');
  };
}
