import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';

/** The key in an SSM SecureString parameter; asked for once per function instance. */
export function parameterKey(ssm: SSMClient, name: string): () => Promise<Uint8Array> {
  return async () => {
    const found = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    const value = found.Parameter?.Value;
    if (value === undefined) throw new Error(`SSM parameter ${name} has no value`);
    return Buffer.from(value, 'utf8');
  };
}
