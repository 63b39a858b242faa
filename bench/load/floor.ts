import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { readingsPartition } from '../../lib/storage/keys';
import type { Reading } from '../readings';
import { inParallel } from './in-parallel';
import type { FloorJob } from './protocol';
import type { Prepared } from './publish';

/** Tenant of the floor's readings, which keeps them apart from those that came over MQTT. */
export const FLOOR_TENANT = 'floor';
const BATCH_WRITE_LIMIT = 25;

/** Makes all requests. `start` sends them and resolves with the last answer. */
export function writeItems({ endpoint, region, credentials, table, readings, concurrency }: FloorJob): Prepared {
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const requests = readings.map(putRequest);
  const batches = Array.from({ length: Math.ceil(requests.length / BATCH_WRITE_LIMIT) }, (_, n) =>
    requests.slice(n * BATCH_WRITE_LIMIT, (n + 1) * BATCH_WRITE_LIMIT),
  );
  return {
    start: () =>
      inParallel(batches, concurrency, async (batch) => {
        const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: batch } }));
        if (Object.keys(UnprocessedItems ?? {}).length > 0) throw new Error('the database left items unprocessed');
      }),
    close: async () => client.destroy(),
  };
}

/** The partition in which the floor keeps a device's readings of a month. `time` in ms since the epoch. */
export const floorPartition = (serial: string, time: number): string =>
  readingsPartition(FLOOR_TENANT, serial, new Date(time).toISOString().slice(0, 7));

/** A reading as an item of its own, in DynamoDB's notation. */
function putRequest({ serial, time, value }: Reading): WriteRequest {
  const iso = new Date(time).toISOString();
  return {
    PutRequest: {
      Item: {
        pk: { S: floorPartition(serial, time) },
        sk: { S: `M#${iso}` },
        type: { S: 'c8y_Temperature' },
        time: { S: iso },
        c8y_Temperature: { M: { T: { M: { value: { N: String(value) }, unit: { S: 'C' } } } } },
        ttl: { N: String(Math.ceil(time / 1_000) + 5_184_000) },
      },
    },
  };
}
