import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type InProcessDynamodb, inProcessDynamodb, inProcessSettings } from '@cirrus/local-aws';

/** A database with both tables, empty. Its clients do not share connections, because there are none. */
export async function startDatabase(): Promise<InProcessDynamodb> {
  const database = inProcessDynamodb();
  await database.createTable(tableInput('registry', ['list', 'due']));
  await database.createTable(tableInput('telemetry', []));
  return database;
}

/** A client without faults. */
export const plainClient = (database: InProcessDynamodb): DynamoDBClient =>
  new DynamoDBClient(inProcessSettings(database));

const SORT_KEYS: Readonly<Record<string, string>> = { list: 'listSk', due: 'dueAt' };
const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

function tableInput(name: string, indexes: readonly string[]): Readonly<Record<string, unknown>> {
  const attributes = ['pk', 'sk', ...indexes.flatMap((index) => [`${index}Pk`, SORT_KEYS[index]])];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys('pk', 'sk'),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index,
        KeySchema: keys(`${index}Pk`, SORT_KEYS[index] ?? ''),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      })),
    }),
  };
}
