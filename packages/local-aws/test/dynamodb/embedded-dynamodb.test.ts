import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexWriteUnits, itemBytes, readUnits, tableWriteUnits } from '../../src/dynamodb/capacity';
import type { Item, TableDescription } from '../../src/dynamodb/item';
import { startCloud, type TestCloud } from '../support/cloud';
import { allow, attribute, lambda, role, table } from '../support/templates';

describe('item sizes', () => {
  it.each<[string, Item, number]>([
    ['an empty item', {}, 0],
    ['text', { pk: { S: 'abc' } }, 5],
    ['text by its UTF-8 bytes, names too', { größe: { S: '€' } }, 7 + 3],
    [
      'numbers by significant digits',
      { a: { N: '0' }, b: { N: '7' }, c: { N: '1200' }, d: { N: '-12.345' } },
      4 + 1 + 2 + 2 + 5,
    ],
    ['binary by its bytes', { b: { B: Buffer.alloc(10).toString('base64') } }, 11],
    ['booleans and null', { a: { BOOL: true }, b: { NULL: true } }, 4],
    ['sets', { a: { SS: ['ab', 'c'] }, b: { NS: ['1', '22'] } }, 1 + 3 + 1 + 4],
    ['lists', { a: { L: [{ S: 'x' }, { N: '1' }] } }, 1 + 3 + 2 + 3],
    ['maps', { a: { M: { k: { S: 'v' } } } }, 1 + 3 + 1 + 2],
  ])('%s', (_name, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});

describe('capacity units', () => {
  const sized = (bytes: number, more: Item = {}): Item => ({
    pad: { S: 'x'.repeat(bytes - 3 - itemBytes(more)) },
    ...more,
  });

  it.each([
    [0, false, 0.5],
    [0, true, 1],
    [4096, true, 1],
    [4097, true, 2],
    [4097, false, 1],
  ])('reading %i bytes, consistent %s: %d', (bytes, consistent, units) => {
    expect(readUnits(bytes, consistent)).toBe(units);
  });

  it('writing is billed by the larger of old and new item, one at least', () => {
    expect(tableWriteUnits(undefined, sized(1024))).toBe(1);
    expect(tableWriteUnits(undefined, sized(1025))).toBe(2);
    expect(tableWriteUnits(sized(3000), sized(10))).toBe(3);
    expect(tableWriteUnits(sized(3000), undefined)).toBe(3);
    expect(tableWriteUnits(undefined, undefined)).toBe(1);
  });

  it('an index is billed when its entry appears, goes, moves or changes, and not otherwise', () => {
    const description: TableDescription = {
      TableName: 't',
      TableStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'i',
          KeySchema: [{ AttributeName: 'ik', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['name'] },
        },
      ],
    };
    const entry = (ik: string, name = 'n', other = 'o'): Item => ({
      pk: { S: 'p' },
      ik: { S: ik },
      name: { S: name },
      other: { S: other },
    });
    const units = (before: Item | undefined, after: Item | undefined) => indexWriteUnits(description, before, after);
    expect(units(undefined, { pk: { S: 'p' } })).toBe(0);
    expect(units(undefined, entry('a'))).toBe(1);
    expect(units(entry('a'), undefined)).toBe(1);
    expect(units(entry('a'), { pk: { S: 'p' } })).toBe(1);
    expect(units(entry('a'), entry('b'))).toBe(2);
    expect(units(entry('a'), entry('a', 'other name'))).toBe(1);
    expect(units(entry('a'), entry('a', 'n', 'not projected'))).toBe(0);
  });
});

describe('the embedded DynamoDB', () => {
  let test: TestCloud;
  let client: DynamoDBClient;
  let TableName: string;

  beforeAll(async () => {
    const READER = `
      import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
      const client = new DynamoDBClient({});
      export const handler = (event: any) => client.send(new QueryCommand(event));`;
    test = await startCloud(
      {
        Data: table(['list']),
        Role: role(allow('dynamodb:Query', { 'Fn::Join': ['', [attribute('Data', 'Arn'), '/index/list']] })),
        Reader: lambda('reader', 'Role', { Timeout: 10 }),
      },
      { reader: READER },
    );
    client = new DynamoDBClient(test.cloud.clientConfiguration);
    TableName = test.cloud.resources.get('Data') ?? '';
  });
  afterAll(async () => {
    client.destroy();
    await test.close();
  });

  const key = (pk: string, sk = 'a'): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });
  const ReturnConsumedCapacity = 'TOTAL' as const;
  const metered = async (work: () => Promise<unknown>): Promise<{ written: number; read: number }> => {
    const { meter } = test.cloud;
    const [written, read] = [meter.units('dynamodbWriteUnits', TableName), meter.units('dynamodbReadUnits', TableName)];
    await work();
    return {
      written: meter.units('dynamodbWriteUnits', TableName) - written,
      read: meter.units('dynamodbReadUnits', TableName) - read,
    };
  };
  const pad = (bytes: number) => ({ S: 'x'.repeat(bytes) });

  it('bills and reports writes: table and index', async () => {
    const small = { ...key('w'), pad: pad(900) };
    const put = async (Item: Record<string, AttributeValue>) =>
      (await client.send(new PutItemCommand({ TableName, Item, ReturnConsumedCapacity }))).ConsumedCapacity;
    expect(await metered(async () => expect(await put(small)).toEqual({ TableName, CapacityUnits: 1 }))).toEqual({
      written: 1,
      read: 0,
    });
    expect(await put({ ...key('w'), pad: pad(2000) })).toEqual({ TableName, CapacityUnits: 2 });
    expect(await put({ ...key('w'), listPk: { S: 'l' }, listSk: { S: '1' } })).toEqual({
      TableName,
      CapacityUnits: 2 + 1,
    });
    const update = new UpdateItemCommand({
      TableName,
      Key: key('w'),
      UpdateExpression: 'SET listSk = :two, n = :n',
      ExpressionAttributeValues: { ':two': { S: '2' }, ':n': { N: '1' } },
      ReturnConsumedCapacity,
    });
    expect((await client.send(update)).ConsumedCapacity).toEqual({ TableName, CapacityUnits: 1 + 2 });
    const remove = new DeleteItemCommand({ TableName, Key: key('w'), ReturnConsumedCapacity });
    expect((await client.send(remove)).ConsumedCapacity).toEqual({ TableName, CapacityUnits: 1 + 1 });
    expect((await client.send(remove)).ConsumedCapacity).toEqual({ TableName, CapacityUnits: 1 });
  });

  it('bills a failed condition and returns the item when asked', async () => {
    await client.send(new PutItemCommand({ TableName, Item: { ...key('c'), pad: pad(1500) } }));
    const refused = new PutItemCommand({
      TableName,
      Item: key('c'),
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const usage = await metered(async () => {
      await expect(client.send(refused)).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        Item: { ...key('c'), pad: pad(1500) },
      });
    });
    expect(usage).toEqual({ written: 2, read: 0 });
  });

  it('bills batches item by item', async () => {
    const requests = [10, 1500, 2500].map((bytes, index) => ({
      PutRequest: { Item: { ...key('b', String(index)), pad: pad(bytes) } },
    }));
    const write = new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } });
    expect(await metered(() => client.send(write))).toEqual({ written: 1 + 2 + 3, read: 0 });
    const Keys = ['0', '1', 'missing'].map((sk) => key('b', sk));
    const read = new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } });
    expect(await metered(() => client.send(read))).toEqual({ written: 0, read: 3 });
  });

  it('bills reads by consistency, and queries by everything they read', async () => {
    for (const sk of ['1', '2', '3']) {
      await client.send(new PutItemCommand({ TableName, Item: { ...key('q', sk), pad: pad(2000) } }));
    }
    const get = (ConsistentRead: boolean) =>
      client.send(new GetItemCommand({ TableName, Key: key('q', '1'), ConsistentRead }));
    expect(await metered(() => get(true))).toEqual({ written: 0, read: 1 });
    expect(await metered(() => get(false))).toEqual({ written: 0, read: 0.5 });
    const query = (more: object) =>
      client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :p',
          ExpressionAttributeValues: { ':p': { S: 'q' } },
          ...more,
        }),
      );
    expect(await metered(() => query({}))).toEqual({ written: 0, read: 1 });
    expect(await metered(() => query({ ConsistentRead: true }))).toEqual({ written: 0, read: 2 });
    const filtered = {
      FilterExpression: 'sk2 = :s',
      ExpressionAttributeValues: { ':p': { S: 'q' }, ':s': { S: '1' } },
    };
    expect(await metered(() => query(filtered))).toEqual({ written: 0, read: 1 });
    const empty = { ExpressionAttributeValues: { ':p': { S: 'nothing' } }, ReturnConsumedCapacity };
    expect((await query(empty)).ConsumedCapacity).toEqual({ TableName, CapacityUnits: 0.5 });
    expect((await query({ Select: 'COUNT' })).Count).toBe(3);
  });

  it('checks the role on table and index', async () => {
    const IndexName = 'list';
    const condition = { KeyConditionExpression: 'listPk = :p', ExpressionAttributeValues: { ':p': { S: 'x' } } };
    expect(await test.cloud.invoke('Reader', { TableName, IndexName, ...condition })).toMatchObject({ ok: true });
    const onTable = { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'x' } } };
    const refused = await test.cloud.invoke('Reader', { TableName, ...onTable });
    expect(refused).toMatchObject({ ok: false, error: { errorType: 'AccessDeniedException' } });
  });

  it('refuses by name what it cannot do and who it does not know', async () => {
    const transaction = new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: key('t') } }] });
    await expect(client.send(transaction)).rejects.toMatchObject({ name: 'UnknownOperationException' });
    await expect(client.send(new ScanCommand({ TableName: 'nothing' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const stranger = new DynamoDBClient({
      ...test.cloud.clientConfiguration,
      credentials: { accessKeyId: 'STRANGER', secretAccessKey: 'x' },
    });
    await expect(stranger.send(new ScanCommand({ TableName }))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    stranger.destroy();
  });
});
