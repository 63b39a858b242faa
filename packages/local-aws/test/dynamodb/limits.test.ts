import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { InProcessDynamodb } from '../../src/dynamodb/in-process';

const TableName = 'data';
const client = new DynamoDBClient({
  requestHandler: new InProcessDynamodb(),
  region: 'eu-central-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
type Item = Record<string, AttributeValue>;
const text = (bytes: number): AttributeValue => ({ S: 'k'.repeat(bytes) });
const item = (members: Item = {}): Item => ({ pk: { S: 'p' }, sk: { S: 's' }, ...members });
const put = (members: Item) => client.send(new PutItemCommand({ TableName, Item: item(members) }));
const update = (input: Partial<UpdateItemCommandInput>) =>
  client.send(new UpdateItemCommand({ TableName, Key: item(), ...input }));
const nested = (levels: number): AttributeValue => {
  let value: AttributeValue = { S: 'leaf' };
  for (let level = 1; level < levels; level++) value = level % 2 === 0 ? { L: [value] } : { M: { n: value } };
  return value;
};
const values = (bytes: number): Item => ({ ':v': text(bytes) });
const PART = 'One or more parameter values were invalid: ';
const HASH = `${PART}Size of hashkey has exceeded the maximum size limit of2048 bytes`;
const RANGE = `${PART}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`;
const NESTED =
  'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit';
const UTF8 = `${PART}A text is not valid UTF-8`;

beforeAll(async () => {
  const attributes = ['pk', 'sk', 'listPk', 'listSk'];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'list',
          KeySchema: [
            { AttributeName: 'listPk', KeyType: 'HASH' },
            { AttributeName: 'listSk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
});

/** An expression of exactly so many bytes: it removes one attribute, and blanks fill it. */
const removing = (bytes: number): string => `REMOVE a${' '.repeat(bytes - 8)}`;
const comparing = (bytes: number): string => `attribute_exists(pk)${' '.repeat(bytes - 20)}`;
/** `count` functions joined by `count - 1` operators. */
const functions = (count: number): string => Array.from({ length: count }, () => 'size(a)=:v').join(' OR ');
const query = (KeyConditionExpression: string, ExpressionAttributeValues: Item, IndexName?: string) =>
  client.send(new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues, IndexName }));

type Case = readonly [
  limit: string,
  at: number,
  run: (size: number) => Promise<unknown>,
  message: (size: number) => string,
];

/** Each is taken at its limit, and refused with one more. */
const CASES: readonly Case[] = [
  ['partition key of a put', 2048, (n) => put({ pk: text(n) }), () => HASH],
  ['sort key of a put', 1024, (n) => put({ sk: text(n) }), () => RANGE],
  ['sort key in bytes, not in characters', 512, (n) => put({ sk: { S: 'é'.repeat(n) } }), () => RANGE],
  ['partition key of an index in a put', 2048, (n) => put({ listPk: text(n) }), () => HASH],
  ['sort key of an index in a put', 1024, (n) => put({ listSk: text(n) }), () => RANGE],
  [
    'partition key of an index in an update',
    2048,
    (n) => update({ UpdateExpression: 'SET a = :v, listPk = :v', ExpressionAttributeValues: values(n) }),
    () => HASH,
  ],
  [
    'sort key of an index in an update, by another name',
    1024,
    (n) =>
      update({
        UpdateExpression: 'SET #k = :v',
        ExpressionAttributeNames: { '#k': 'listSk' },
        ExpressionAttributeValues: values(n),
      }),
    () => RANGE,
  ],
  [
    'partition key of a get',
    2048,
    (n) => client.send(new GetItemCommand({ TableName, Key: item({ pk: text(n) }) })),
    () => HASH,
  ],
  [
    'sort key of a delete',
    1024,
    (n) => client.send(new DeleteItemCommand({ TableName, Key: item({ sk: text(n) }) })),
    () => RANGE,
  ],
  [
    'partition key in a batch of reads',
    2048,
    (n) => client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [item({ pk: text(n) })] } } })),
    () => HASH,
  ],
  [
    'sort key in a batch of writes',
    1024,
    (n) =>
      client.send(
        new BatchWriteItemCommand({
          RequestItems: { [TableName]: [{ PutRequest: { Item: item({ sk: text(n) }) } }] },
        }),
      ),
    () => RANGE,
  ],
  ['partition key of a query', 2048, (n) => query('pk = :v', values(n)), () => HASH],
  [
    'sort key of a query',
    1024,
    (n) => query('pk = :p AND begins_with(sk, :v)', { ':p': text(1), ...values(n) }),
    () => RANGE,
  ],
  [
    'upper end of a query',
    1024,
    (n) => query('pk = :p AND sk BETWEEN :p AND :v', { ':p': text(1), ...values(n) }),
    () => RANGE,
  ],
  ['partition key of a query of an index', 2048, (n) => query('listPk = :v', values(n), 'list'), () => HASH],
  [
    'update expression',
    4096,
    (n) => update({ UpdateExpression: removing(n) }),
    (n) => `Invalid UpdateExpression: Expression size has exceeded the maximum allowed size; expression size: ${n}`,
  ],
  [
    'condition expression',
    4096,
    (n) => update({ UpdateExpression: 'REMOVE a', ConditionExpression: comparing(n) }),
    (n) => `Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: ${n}`,
  ],
  [
    'filter expression',
    4096,
    (n) => client.send(new ScanCommand({ TableName, FilterExpression: comparing(n) })),
    (n) => `Invalid FilterExpression: Expression size has exceeded the maximum allowed size; expression size: ${n}`,
  ],
  [
    'operators of an expression',
    100,
    (n) =>
      client.send(
        new ScanCommand({ TableName, FilterExpression: functions(n), ExpressionAttributeValues: { ':v': { N: '1' } } }),
      ),
    (n) => `Invalid FilterExpression: The expression contains too many operators; operator count: ${3 * n - 1}`,
  ],
  [
    'placeholder',
    255,
    (n) =>
      update({
        UpdateExpression: `REMOVE #${'n'.repeat(n - 1)}`,
        ExpressionAttributeNames: { [`#${'n'.repeat(n - 1)}`]: 'a' },
      }),
    () => 'ExpressionAttributeNames contains invalid key: The length of the key exceeds 255 bytes',
  ],
  ['levels of an attribute of a put', 32, (n) => put({ deep: nested(n) }), () => NESTED],
  [
    'levels of a value of an update',
    32,
    (n) => update({ UpdateExpression: 'SET deep = :v', ExpressionAttributeValues: { ':v': nested(n) } }),
    () => NESTED,
  ],
  [
    'name of an attribute',
    65_535,
    (n) => put({ ['n'.repeat(n)]: text(1) }),
    () => `${PART}Attribute name is too large, must be less than 65536 bytes`,
  ],
  [
    'item of a put',
    409_600 - 'pkpsksb'.length,
    (n) => put({ b: text(n) }),
    () => 'Item size has exceeded the maximum allowed size',
  ],
  [
    'item after an update',
    409_600 - 'pkpsksb'.length,
    async (n) => {
      await put({});
      await update({ UpdateExpression: 'SET b = :v', ExpressionAttributeValues: values(n) });
    },
    () => 'Item size to update has exceeded the maximum allowed size',
  ],
];

describe('a limit of DynamoDB', () => {
  it.each(CASES)('%s: %i', async (_limit, at, run, message) => {
    await expect(run(at)).resolves.not.toThrow();
    await expect(run(at + 1)).rejects.toMatchObject({ name: 'ValidationException', message: message(at + 1) });
  });

  it('takes no empty key, in the table or in an index', async () => {
    const empty = { S: '' };
    const name = 'ValidationException';
    await expect(put({ pk: empty })).rejects.toMatchObject({ name, message: /empty string value/ });
    await expect(put({ listSk: empty })).rejects.toMatchObject({ name, message: /IndexName: list, IndexKey: listSk/ });
    const assigned = { UpdateExpression: 'SET listSk = :v', ExpressionAttributeValues: { ':v': empty } };
    await expect(update(assigned)).rejects.toMatchObject({ name, message: /IndexKey: listSk/ });
  });

  it.each([
    ['a value', () => put({ a: { S: 'half \ud83d' } })],
    ['a value within others', () => put({ a: { M: { b: { L: [{ S: '\udc00' }] } } } })],
    ['a name', () => put({ 'a\ud83d': text(1) })],
    ['a key', () => client.send(new GetItemCommand({ TableName, Key: item({ pk: { S: '\ud83d' } }) }))],
    ['a value of an expression', () => query('pk = :v', { ':v': { S: '\ud83d' } })],
  ])('takes no half of a surrogate pair as %s', async (_where, run) => {
    await expect(run()).rejects.toMatchObject({ name: 'ValidationException', message: UTF8 });
  });

  it('takes a whole pair', async () => {
    await expect(put({ a: { S: '😀' }, '😀': text(1) })).resolves.toBeDefined();
  });

  it('takes at most 2 MB for placeholders and 16 MB for a request', async () => {
    const half = text(1024 * 1024);
    const large = { UpdateExpression: 'REMOVE a', ConditionExpression: 'a IN (:a, :b)' };
    const ExpressionAttributeValues = { ':a': half, ':b': half };
    const name = 'ValidationException';
    await expect(update({ ...large, ExpressionAttributeValues })).rejects.toMatchObject({ name, message: /max size/ });
    const writes = Array.from({ length: 17 }, (_, n) => ({
      PutRequest: { Item: item({ sk: { S: `${n}` }, a: text(1024 * 1024) }) },
    }));
    const batch = client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } }));
    await expect(batch).rejects.toMatchObject({ $metadata: { httpStatusCode: 413 } });
  });
});
