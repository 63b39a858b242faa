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
import { startCloud, type TestCloud } from '../support/cloud';
import { allow, attribute, lambda, role, table } from '../support/templates';

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

  it('refuses what DynamoDB refuses and the database below would take', async () => {
    const long = client.send(new PutItemCommand({ TableName, Item: key('w', 'é'.repeat(600)) }));
    await expect(long).rejects.toMatchObject({ name: 'ValidationException', message: /range keys has exceeded/ });
    const Item = { ...key('w'), listPk: { S: 'l'.repeat(2049) }, listSk: { S: '1' } };
    const indexed = client.send(new PutItemCommand({ TableName, Item }));
    await expect(indexed).rejects.toMatchObject({ name: 'ValidationException', message: /hashkey has exceeded/ });
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
