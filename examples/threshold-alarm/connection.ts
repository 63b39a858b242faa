import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';

/** Where the REST API is, and which user calls it. The SSM parameter holds this as JSON. */
const connection = z.object({
  url: z.url(),
  /** `<tenant>/<user>` */
  user: z.string(),
  password: z.string(),
});
export type Connection = z.output<typeof connection>;

/** Reads the parameter. Throws when it is missing or holds something else. */
export async function connectionFrom(parameterName: string): Promise<Connection> {
  const { Parameter } = await new SSMClient({}).send(
    new GetParameterCommand({ Name: parameterName, WithDecryption: true }),
  );
  return connection.parse(JSON.parse(Parameter?.Value ?? ''));
}
