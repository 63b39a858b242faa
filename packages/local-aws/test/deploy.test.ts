import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, it } from 'vitest';
import type { EmbeddedCloud } from '../src/cloud';
import type { TemplateResource } from '../src/template/template';
import { startCloud } from './support/cloud';
import { allow, attribute, lambda, queue, ref, role, table } from './support/templates';

const CUSTOM = `
  import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
  export const handler = async (event: any) => {
    const { Name, Count, Fail } = event.ResourceProperties;
    if (Name) await new SSMClient({}).send(new PutParameterCommand({ Name, Value: 's3cret', Type: 'SecureString', Overwrite: true }));
    if (Fail === 'silent') return;
    const { StackId, RequestId, LogicalResourceId, ResourceType, RequestType } = event;
    const answer = Fail === 'true'
      ? { Status: 'FAILED', Reason: 'because' }
      : { Status: 'SUCCESS', PhysicalResourceId: 'made', Data: { Count, ResourceType, RequestType } };
    await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify({ StackId, RequestId, LogicalResourceId, ...answer }) });
  };`;

const custom = (properties: Record<string, string | number | boolean>): TemplateResource => ({
  Type: 'Custom::Thing',
  Properties: { ServiceToken: attribute('Maker', 'Arn'), ...properties },
  DependsOn: ['MakerRole'],
});
const MAKER = {
  MakerRole: role(allow('ssm:PutParameter', { 'Fn::Sub': 'arn:aws:ssm:*:*:parameter/app/key' })),
  Maker: lambda('maker', 'MakerRole'),
};

describe('a custom resource', () => {
  it('is made by its function, and its answer is what Ref and GetAtt give', async () => {
    const test = await startCloud(
      { ...MAKER, Thing: custom({ Name: '/app/key', Count: 7 }) },
      { maker: CUSTOM },
      {
        template: {
          Outputs: {
            Id: { Value: ref('Thing') },
            Count: { Value: attribute('Thing', 'Count') },
            Type: { Value: attribute('Thing', 'ResourceType') },
          },
        },
      },
    );
    expect(test.cloud.outputs).toEqual({ Id: 'made', Count: '7', Type: 'Custom::Thing' });
    const ssm = new SSMClient(test.cloud.clientConfiguration);
    const found = await ssm.send(new GetParameterCommand({ Name: '/app/key', WithDecryption: true }));
    expect(found.Parameter).toMatchObject({ Value: 's3cret', Type: 'SecureString', Version: 1 });
    ssm.destroy();
    const late = `${test.cloud.clientConfiguration.endpoint}/callback/something`;
    expect((await fetch(late, { method: 'PUT', body: '{}' })).status).toBe(403);
    await test.close();
  });

  it.each([
    ['says that it failed', { Fail: true }, 'custom resource Thing: because'],
    ['does not answer', { Fail: 'silent' }, 'custom resource Thing: the function answered nothing'],
    ['may not do what it does', { Name: '/app/other' }, 'not authorized to perform: ssm:PutParameter'],
  ])('that %s stops the start', async (_name, properties, message) => {
    await expect(startCloud({ ...MAKER, Thing: custom(properties) }, { maker: CUSTOM })).rejects.toThrow(message);
  });
});

describe('a template', () => {
  it.each<[string, Record<string, TemplateResource>, string]>([
    ['an unknown type', { Stream: { Type: 'AWS::Kinesis::Stream' } }, 'Stream: resource type AWS::Kinesis::Stream'],
    ['an unknown property of a queue', { Q: queue({ Colour: 'red' }) }, 'Q (AWS::SQS::Queue): property Colour'],
    [
      'a table stream',
      {
        T: { ...table(), Properties: { ...table().Properties, StreamSpecification: { StreamViewType: 'NEW_IMAGE' } } },
      },
      'property StreamSpecification',
    ],
    ['another runtime', { Role: role(), F: lambda('x', 'Role', { Runtime: 'python3.13' }) }, 'runtime python3.13'],
    [
      'an asset that is missing',
      { Role: role(), F: lambda('missing', 'Role') },
      'asset missing.zip is not in the assembly',
    ],
    ['a role that is missing', { F: lambda('x', 'Nobody') }, 'Nobody.Arn'],
  ])('with %s is refused by name', async (_name, resources, message) => {
    await expect(startCloud(resources, { x: 'export const handler = () => 1' })).rejects.toThrow(message);
  });

  it('that cannot be run leaves nothing behind: a port that was free before is free again', async () => {
    const taken = await startCloud({});
    const { mqtt: ws = 0 } = taken.cloud.ports;
    const mqtt = await freePort();
    await expect(startCloud({}, {}, { ports: { mqtt, ws, http: 0 } })).rejects.toThrow('EADDRINUSE');
    const next = await startCloud({}, {}, { ports: { mqtt, ws: 0, http: 0 } });
    expect(next.cloud.ports.mqtt).toBe(mqtt);
    await next.close();
    await taken.close();
  });

  it('leaves out resources and outputs whose condition does not hold', async () => {
    const template = {
      Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
      Outputs: { Gone: { Condition: 'No', Value: ref('Gone') }, Kept: { Value: ref('AWS::Region') } },
    };
    const test = await startCloud({ Gone: { ...queue(), Condition: 'No' }, Kept: queue() }, {}, { template });
    expect([...test.cloud.resources.keys()]).toEqual(['Kept']);
    expect(test.cloud.outputs).toEqual({ Kept: 'us-east-1' });
    await test.close();
  });
});

describe('a data directory', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cloud-data-'));
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('keeps tables, parameters, messages and pending events from one run to the next', async () => {
    const resources = {
      Data: table(),
      Work: queue({ FifoQueue: true }),
      Seen: queue(),
      Role: role(allow('sqs:SendMessage', attribute('Seen', 'Arn'))),
      Later: lambda('later', 'Role'),
      LaterConfig: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: ref('Later'),
          Qualifier: '$LATEST',
          DestinationConfig: { OnSuccess: { Destination: attribute('Seen', 'Arn') } },
        },
      },
    };
    const failing = { later: "export const handler = async () => { throw new Error('not now'); }" };
    const working = { later: 'export const handler = async (event: unknown) => event' };
    const first = await startCloud(resources, failing, { dataDir, retryDelays: [3_600_000, 3_600_000] });
    const TableName = first.cloud.resources.get('Data');
    const Key = { pk: { S: 'a' }, sk: { S: 'b' } };
    await withClients(first.cloud.clientConfiguration, async ({ dynamodb, ssm, sqs }) => {
      await dynamodb.send(new PutItemCommand({ TableName, Item: { ...Key, n: { N: '1' } } }));
      await ssm.send(new PutParameterCommand({ Name: '/p', Value: 'v', Type: 'String' }));
      const QueueUrl = first.cloud.resources.get('Work');
      const message = { QueueUrl, MessageBody: 'kept', MessageGroupId: 'g', MessageDeduplicationId: 'd' };
      await sqs.send(new SendMessageCommand(message));
    });
    expect(readFileSync(join(dataDir, 'state.json'), 'utf8')).toContain('"name":"/p"');
    first.cloud.invokeAsync('Later', { id: 1 });
    await first.close();

    const second = await startCloud(resources, working, { dataDir });
    await withClients(second.cloud.clientConfiguration, async ({ dynamodb, ssm }) => {
      expect((await dynamodb.send(new GetItemCommand({ TableName, Key }))).Item).toEqual({ ...Key, n: { N: '1' } });
      expect((await ssm.send(new GetParameterCommand({ Name: '/p' }))).Parameter?.Value).toBe('v');
    });
    expect(second.cloud.messages('Work')).toMatchObject([{ body: 'kept', groupId: 'g' }]);
    await second.cloud.idle();
    const [record] = second.cloud.messages('Seen');
    expect(JSON.parse(record?.body ?? '{}')).toMatchObject({ requestPayload: { id: 1 }, responsePayload: { id: 1 } });
    await second.close();
  });
});

async function freePort(): Promise<number> {
  const probe = await startCloud({});
  const { mqtt = 0 } = probe.cloud.ports;
  await probe.close();
  return mqtt;
}

async function withClients(
  configuration: EmbeddedCloud['clientConfiguration'],
  work: (clients: { dynamodb: DynamoDBClient; ssm: SSMClient; sqs: SQSClient }) => Promise<void>,
): Promise<void> {
  const clients = {
    dynamodb: new DynamoDBClient(configuration),
    ssm: new SSMClient(configuration),
    sqs: new SQSClient(configuration),
  };
  await work(clients);
  for (const client of Object.values(clients)) client.destroy();
}
