import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';

/** Where the REST API is and as whom to call it; the value of the SSM parameter, as JSON. */
const connection = z.object({
  url: z.url(),
  /** `<tenant>/<user>` */
  user: z.string(),
  password: z.string(),
});
export type Connection = z.output<typeof connection>;

/** Reads the parameter; throws when it is missing or no connection. */
export async function connectionFrom(parameterName: string): Promise<Connection> {
  const { Parameter } = await new SSMClient({}).send(
    new GetParameterCommand({ Name: parameterName, WithDecryption: true }),
  );
  return connection.parse(JSON.parse(Parameter?.Value ?? ''));
}
