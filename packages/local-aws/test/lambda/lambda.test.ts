import { resolve } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCloud, type TestCloud } from '../support/cloud';
import { allow, attribute, lambda, queue, ref, role, table } from '../support/templates';

const WRITER = `
  import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
  const client = new DynamoDBClient({});
  export const handler = async (event: { table?: string; id: string }) => {
    const TableName = event.table ?? process.env.TABLE;
    await client.send(new PutItemCommand({ TableName, Item: { pk: { S: event.id }, sk: { S: 'x' } } }));
    return { written: event.id };
  };`;
const ECHO = `
  import { workerData } from 'node:worker_threads';
  export const handler = async (event: unknown, context: any) => ({
    event, memory: context.memoryLimitInMB, name: context.functionName, arn: context.invokedFunctionArn,
    remaining: context.getRemainingTimeInMillis(), region: process.env.AWS_REGION, home: process.env.HOME,
    preloaded: workerData.preloadData, greeting: globalThis.greeting,
  });`;
const FAILING = `
  let calls = 0;
  export const handler = async (event: { failures: number }) => {
    calls += 1;
    console.log('call ' + calls);
    if (calls <= event.failures) throw new TypeError('not yet');
    return calls;
  };`;
const SLOW = `export const handler = () => new Promise(() => setInterval(() => {}, 1000));`;
const EXITING = `export const handler = async () => { process.exit(3); };`;
const BROKEN = `throw new Error('cannot load'); export const handler = async () => {};`;

describe('functions', () => {
  let test: TestCloud;

  beforeAll(async () => {
    test = await startCloud(
      {
        Data: table(),
        Other: table(),
        Failures: queue(),
        WriterRole: role(allow('dynamodb:PutItem', attribute('Data', 'Arn'))),
        Writer: lambda('writer', 'WriterRole', { Timeout: 10, Environment: { Variables: { TABLE: ref('Data') } } }),
        PlainRole: role(),
        Echo: lambda('echo', 'PlainRole', { MemorySize: 256, Timeout: 7 }),
        SenderRole: role(allow('sqs:SendMessage', attribute('Failures', 'Arn'))),
        Failing: lambda('failing', 'SenderRole'),
        FailingConfig: {
          Type: 'AWS::Lambda::EventInvokeConfig',
          Properties: {
            FunctionName: ref('Failing'),
            Qualifier: '$LATEST',
            MaximumRetryAttempts: 2,
            DestinationConfig: { OnFailure: { Destination: attribute('Failures', 'Arn') } },
          },
        },
        Slow: lambda('slow', 'PlainRole', { Timeout: 1 }),
        Exiting: lambda('exiting', 'PlainRole'),
        Broken: lambda('broken', 'PlainRole'),
      },
      { writer: WRITER, echo: ECHO, failing: FAILING, slow: SLOW, exiting: EXITING, broken: BROKEN },
      { preload: resolve('packages/local-aws/test/support/preload.ts'), preloadData: { seed: 7 } },
    );
  });
  afterAll(() => test.close());

  it('run the bundle with the real SDK against the embedded database', async () => {
    const outcome = await test.cloud.invoke('Writer', { id: 'a' });
    expect(outcome).toMatchObject({ ok: true, payload: '{"written":"a"}' });
    const client = new DynamoDBClient(test.cloud.clientConfiguration);
    const TableName = test.cloud.resources.get('Data');
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' }, sk: { S: 'x' } } }));
    expect(Item).toEqual({ pk: { S: 'a' }, sk: { S: 'x' } });
    client.destroy();
  });

  it('are refused what their role does not allow', async () => {
    const outcome = await test.cloud.invoke('Writer', { id: 'a', table: test.cloud.resources.get('Other') });
    expect(outcome).toMatchObject({ ok: false, error: { errorType: 'AccessDeniedException' } });
    expect(JSON.stringify(outcome)).toContain(
      'dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/test-Other',
    );
  });

  it('get the context and environment of Lambda and nothing of the host', async () => {
    const outcome = await test.cloud.invoke('Echo', { hello: 'world' });
    const result = outcome.ok ? JSON.parse(outcome.payload) : outcome;
    expect(result).toMatchObject({
      event: { hello: 'world' },
      memory: '256',
      name: 'test-Echo',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:test-Echo',
      region: 'us-east-1',
      preloaded: { seed: 7 },
      greeting: 'hello from 7',
    });
    expect(result.remaining).toBeGreaterThan(6000);
    expect(result.remaining).toBeLessThanOrEqual(7000);
    expect(result.home).toBeUndefined();
  });

  it('are ended at their timeout, and the next invocation gets a new instance', async () => {
    const outcome = await test.cloud.invoke('Slow', {});
    expect(outcome).toMatchObject({ ok: false, error: { errorType: 'Sandbox.Timedout' } });
    expect(JSON.stringify(outcome)).toContain('Task timed out after 1.00 seconds');
    expect(await test.cloud.invoke('Slow', {})).toMatchObject({ ok: false, error: { errorType: 'Sandbox.Timedout' } });
  });

  it('that end their process fail by name', async () => {
    expect(await test.cloud.invoke('Exiting', {})).toMatchObject({
      ok: false,
      error: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') },
    });
  });

  it('that cannot be loaded fail with the reason', async () => {
    expect(await test.cloud.invoke('Broken', {})).toMatchObject({ ok: false, error: { errorMessage: 'cannot load' } });
  });

  it('are retried twice when asynchronous, and the event then goes to the failure destination', async () => {
    test.cloud.invokeAsync('Failing', { failures: 99 });
    await test.cloud.idle();
    await vi.waitFor(() => expect(test.logs.filter((line) => line.startsWith('test-Failing: call'))).toHaveLength(3));
    const [message] = test.cloud.messages('Failures');
    expect(JSON.parse(message?.body ?? '{}')).toMatchObject({
      version: '1.0',
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test-Failing:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { failures: 99 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'TypeError', errorMessage: 'not yet' },
    });
  });
});
