import { type AttributeDefinition, CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InProcessDynamodb } from '@cirrus/local-aws';
import { Table } from '../../lib/storage/table';
import { CallCounter } from './call-counter';
import { LostAnswers } from './lost-answers';

/** Both tables as the stack defines them, in a DynamoDB that only this test uses. */
export interface Tables {
  readonly registry: Table;
  readonly telemetry: Table;
  readonly client: DynamoDBClient;
  /** Counts the calls and capacity units of the code under test. */
  readonly calls: CallCounter;
  /** Loses answers of writes on their way to the code under test. */
  readonly network: LostAnswers;
  close(): Promise<void>;
}

const INDEXES = [
  { name: 'list', pk: 'listPk', sk: 'listSk' },
  { name: 'due', pk: 'duePk', sk: 'dueAt' },
];

/** Starts an in-memory DynamoDB, which refuses what DynamoDB refuses, and creates the two tables. */
export async function startTables(): Promise<Tables> {
  const client = new DynamoDBClient({
    requestHandler: new InProcessDynamodb(),
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await createTable(client, 'registry', INDEXES);
  await createTable(client, 'telemetry', []);
  const calls = new CallCounter();
  calls.watch(client);
  const network = new LostAnswers();
  network.watch(client);
  return {
    registry: new Table(client, 'registry'),
    telemetry: new Table(client, 'telemetry'),
    client,
    calls,
    network,
    close: async () => client.destroy(),
  };
}

async function createTable(client: DynamoDBClient, name: string, indexes: typeof INDEXES): Promise<void> {
  const attributes = ['pk', 'sk', ...indexes.flatMap((index) => [index.pk, index.sk])];
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributes.map(
        (attribute): AttributeDefinition => ({ AttributeName: attribute, AttributeType: 'S' }),
      ),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: [
            { AttributeName: index.pk, KeyType: 'HASH' as const },
            { AttributeName: index.sk, KeyType: 'RANGE' as const },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' as const },
        })),
      }),
    }),
  );
}
