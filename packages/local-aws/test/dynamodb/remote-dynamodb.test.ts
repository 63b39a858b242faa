import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedHeaders } from '../../src/dynamodb/signed-request';
import { startCloud, type TestCloud } from '../support/cloud';
import { allow, attribute, lambda, role, table } from '../support/templates';

const dynalite = createRequire(import.meta.url)('dynalite') as (options: object) => Server;

describe('a DynamoDB somewhere else', () => {
  const other = dynalite({ createTableMs: 1 });
  const HANDLER = `
    import { DynamoDBClient, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
    export const handler = (event: any) => new DynamoDBClient({}).send(
      event.TransactItems ? new TransactWriteItemsCommand(event) : new PutItemCommand(event)
    );`;
  let test: TestCloud;
  let client: DynamoDBClient;
  let TableName: string | undefined;

  beforeAll(async () => {
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const dynamodbEndpoint = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const resources = {
      Data: table(),
      Role: role(),
      Writer: lambda('writer', 'Role'),
      PutRole: role(allow('dynamodb:PutItem', attribute('Data', 'Arn'))),
      Putter: lambda('writer', 'PutRole'),
    };
    test = await startCloud(resources, { writer: HANDLER }, { dynamodbEndpoint });
    client = new DynamoDBClient(test.cloud.clientConfiguration);
    TableName = test.cloud.resources.get('Data');
  });
  afterAll(async () => {
    client.destroy();
    await test.close();
    await new Promise((resolve) => other.close(resolve));
  });

  it('has the tables, and its reported units are counted', async () => {
    const Key = { pk: { S: 'a' }, sk: { S: 'b' } };
    const put = await client.send(new PutItemCommand({ TableName, Item: { ...Key, pad: { S: 'x'.repeat(1500) } } }));
    expect(put.ConsumedCapacity).toBeUndefined();
    expect((await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item?.pad?.S).toHaveLength(
      1500,
    );
    expect(test.cloud.meter.units('dynamodbWriteUnits', TableName)).toBe(2);
    expect(test.cloud.meter.units('dynamodbReadUnits', TableName)).toBe(1);
  });

  it('takes a transaction of a role that may do each part of it', async () => {
    const Item = { pk: { S: 'a' }, sk: { S: 'b' } };
    const puts = { TransactItems: [{ Put: { TableName, Item } }] };
    const both = { TransactItems: [...puts.TransactItems, { Delete: { TableName, Key: Item } }] };
    // the other database here has no transactions, and says so when it is asked
    expect(await test.cloud.invoke('Putter', puts)).toMatchObject({
      error: { errorType: 'UnknownOperationException' },
    });
    expect(await test.cloud.invoke('Putter', both)).toMatchObject({ error: { errorType: 'AccessDeniedException' } });
  });

  it('is behind the roles of the template, and its errors come through', async () => {
    const refused = await test.cloud.invoke('Writer', { TableName, Item: {} });
    expect(refused).toMatchObject({ ok: false, error: { errorType: 'AccessDeniedException' } });
    const query = new QueryCommand({ TableName, KeyConditionExpression: 'nonsense' });
    await expect(client.send(query)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

it('signs as the worked example of Signature Version 4', async () => {
  const headers = await signedHeaders(
    {
      url: new URL('https://example.amazonaws.com/'),
      service: 'service',
      region: 'us-east-1',
      headers: {},
      body: '',
      at: Date.UTC(2015, 7, 30, 12, 36),
    },
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  );
  expect(headers.authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
      'Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  );
});
