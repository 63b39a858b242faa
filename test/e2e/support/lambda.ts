import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { ProvidedCirrus } from './cirrus';

/** What the rule hands to the ingest function. */
export interface UplinkEvent {
  readonly payload: string;
  readonly topic: string;
  readonly clientId: string;
  readonly receivedAt: number;
  readonly messageId: string;
}

/** A publish as the rule would hand it over. */
export const uplink = (
  clientId: string,
  rows: readonly string[],
  { receivedAt, messageId }: Pick<UplinkEvent, 'receivedAt' | 'messageId'>,
): UplinkEvent => ({
  payload: Buffer.from(rows.join('\n')).toString('base64'),
  topic: 's/us',
  clientId,
  receivedAt,
  messageId,
});

/** Invokes a function of the stack and waits; throws what it threw. */
export async function invoke({ aws }: Pick<ProvidedCirrus, 'aws'>, name: string, event: unknown): Promise<void> {
  const client = new LambdaClient(aws);
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }),
  );
  client.destroy();
  if (FunctionError !== undefined) throw new Error(`${name}: ${Payload?.transformToString()}`);
}
