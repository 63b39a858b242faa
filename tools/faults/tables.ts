import { CreateTableCommand, type CreateTableInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InProcessDynamodb, inProcessSettings } from '@cirrus/local-aws';

/** A database with both tables, empty. */
export async function startDatabase(): Promise<InProcessDynamodb> {
  const database = new InProcessDynamodb();
  const client = new DynamoDBClient(inProcessSettings(database));
  await client.send(new CreateTableCommand(tableInput('registry', ['list', 'due'])));
  await client.send(new CreateTableCommand(tableInput('telemetry', [])));
  return database;
}

const SORT_KEYS: Readonly<Record<string, string>> = { list: 'listSk', due: 'dueAt' };
const keys = (hash: string, range: string): CreateTableInput['KeySchema'] => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

function tableInput(name: string, indexes: readonly string[]): CreateTableInput {
  const attributes = ['pk', 'sk', ...indexes.flatMap((index) => [`${index}Pk`, SORT_KEYS[index]])];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    KeySchema: keys('pk', 'sk'),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index,
        KeySchema: keys(`${index}Pk`, SORT_KEYS[index] ?? ''),
        Projection: { ProjectionType: 'KEYS_ONLY' as const },
      })),
    }),
  };
}
