import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The process ended in the middle of its work. */
export class Died extends Error {
  override readonly name = 'Died';
}

/** Where a process dies: at its n-th call (the first is 1), before or after the database has done what it asks. */
export interface Death {
  readonly call: number;
  readonly done: boolean;
}

/** The client of a process that dies where `death` says. All its later calls fail too. */
export function dyingClient(client: DynamoDBClient, { call, done }: Death): DynamoDBClient {
  return ownClient(client, async (made, send) => {
    if (made > call || (made === call && !done)) throw new Died();
    const answer = await send();
    if (made >= call) throw new Died();
    return answer;
  });
}

/** The client of a process that is slow: it does all of `meanwhile` before its n-th call. */
export function slowClient(client: DynamoDBClient, call: number, meanwhile: () => Promise<unknown>): DynamoDBClient {
  return ownClient(client, async (made, send) => {
    if (made === call) await meanwhile();
    return send();
  });
}

/** A client that hands each call to `handle`, with its number. */
function ownClient(
  client: DynamoDBClient,
  handle: (made: number, send: () => Promise<unknown>) => Promise<unknown>,
): DynamoDBClient {
  let made = 0;
  const own: DynamoDBClient = Object.create(client);
  const send = (command: Parameters<DynamoDBClient['send']>[0]) => handle(++made, () => client.send(command));
  return Object.assign(own, { send });
}
