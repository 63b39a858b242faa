import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startCloud, type TestCloud } from '../support/cloud';
import { allow, attribute, lambda, queue, ref, role } from '../support/templates';

/** Sends a note of each message to the queue `NOTES`. It fails the messages whose body says so. */
const CONSUMER = `
  import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
  const client = new SQSClient({});
  export const handler = async (event: any) => {
    const batchItemFailures = [];
    for (const record of event.Records) {
      const note = JSON.stringify({ body: record.body, group: record.attributes.MessageGroupId, at: Date.now() });
      await client.send(new SendMessageCommand({ QueueUrl: process.env.NOTES, MessageBody: note }));
      if (record.body === 'throw') throw new Error('batch refused');
      if (record.body.startsWith('fail')) batchItemFailures.push({ itemIdentifier: record.messageId });
      if (record.body === 'slow') await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return { batchItemFailures };
  };`;
const SENDER = `
  import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
  export const handler = (event: any) => new SQSClient({}).send(new SendMessageCommand(event));`;

describe('SQS', () => {
  let test: TestCloud;
  let client: SQSClient;
  let url: string;

  beforeAll(async () => {
    const consume = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    const redrive = { deadLetterTargetArn: attribute('Dead', 'Arn'), maxReceiveCount: 2 };
    test = await startCloud(
      {
        Plain: queue({ VisibilityTimeout: 20 }),
        Patient: queue({ ReceiveMessageWaitTimeSeconds: 20 }),
        Off: queue(),
        Notes: queue(),
        Dead: queue({ FifoQueue: true }),
        Work: queue({ FifoQueue: true, VisibilityTimeout: 1, RedrivePolicy: redrive }),
        ConsumerRole: role(
          allow(consume, [attribute('Work', 'Arn'), attribute('Off', 'Arn')]),
          allow('sqs:SendMessage', attribute('Notes', 'Arn')),
        ),
        Consumer: lambda('consumer', 'ConsumerRole', { Environment: { Variables: { NOTES: ref('Notes') } } }),
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            EventSourceArn: attribute('Work', 'Arn'),
            FunctionName: ref('Consumer'),
            BatchSize: 2,
            FunctionResponseTypes: ['ReportBatchItemFailures'],
          },
        },
        OffMapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            EventSourceArn: attribute('Off', 'Arn'),
            FunctionName: ref('Consumer'),
            Enabled: false,
          },
        },
        SenderRole: role(allow('sqs:SendMessage', attribute('Notes', 'Arn'))),
        Sender: lambda('sender', 'SenderRole'),
      },
      { consumer: CONSUMER, sender: SENDER },
    );
    client = new SQSClient(test.cloud.clientConfiguration);
    url = test.cloud.resources.get('Plain') ?? '';
    // loading the function must not take longer than the visibility timeout of a second
    await test.cloud.invoke('Consumer', { Records: [] });
  });
  afterAll(async () => {
    client.destroy();
    await test.close();
  });
  beforeEach(async () => {
    for (const name of ['Plain', 'Notes', 'Work', 'Dead']) {
      await client.send(new PurgeQueueCommand({ QueueUrl: test.cloud.resources.get(name) }));
    }
  });

  const notes = (): { body: string; group: string; at: number }[] =>
    test.cloud.messages('Notes').map(({ body }) => JSON.parse(body));
  const work = (group: string, body: string, id = body): Promise<unknown> =>
    client.send(
      new SendMessageCommand({
        QueueUrl: test.cloud.resources.get('Work'),
        MessageBody: body,
        MessageGroupId: group,
        MessageDeduplicationId: `${group}-${id}-${performance.now()}`,
      }),
    );

  it('serves the SDK client, digests verified: send, receive, visibility, delete, attributes', async () => {
    const MessageAttributes = {
      colour: { DataType: 'String', StringValue: 'blau' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
    };
    const sent = await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'grüß', MessageAttributes }));
    const receive = new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    });
    const { Messages: [message] = [] } = await client.send(receive);
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'grüß',
      Attributes: { ApproximateReceiveCount: '1' },
    });
    expect(message?.MessageAttributes?.colour?.StringValue).toBe('blau');
    const attributes = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
    expect(attributes.Attributes).toMatchObject({
      ApproximateNumberOfMessagesNotVisible: '1',
      VisibilityTimeout: '20',
    });
    const ReceiptHandle = message?.ReceiptHandle;
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }));
    const again = await client.send(receive);
    expect(again.Messages).toHaveLength(1);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: again.Messages?.[0]?.ReceiptHandle }));
    expect(test.cloud.messages('Plain')).toEqual([]);
  });

  it.each([
    ['MaxNumberOfMessages', Number.NaN],
    ['MaxNumberOfMessages', 1.5],
    ['VisibilityTimeout', Number.NaN],
    ['WaitTimeSeconds', 21],
  ])('refuses %s of %d', async (name, value) => {
    // the SDK would send NaN as null, and then the parameter is absent
    const { endpoint, credentials } = test.cloud.clientConfiguration;
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.ReceiveMessage',
        authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20240101/us-east-1/sqs/aws4_request, Signature=0`,
      },
      body: JSON.stringify({ QueueUrl: url, [name]: String(value) }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('InvalidParameterValue');
  });

  it('answers a batch entry by entry', async () => {
    const Entries = [
      { Id: 'a', MessageBody: 'one' },
      { Id: 'b', MessageBody: '' },
    ];
    const result = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(result.Successful?.map(({ Id }) => Id)).toEqual(['a']);
    expect(result.Failed).toMatchObject([{ Id: 'b', SenderFault: true, Code: 'MissingParameter' }]);
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: url }));
    const handles = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: handles }));
    expect(test.cloud.messages('Plain')).toEqual([]);
  });

  it('ends a long poll when a message arrives', async () => {
    const polled = client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }));
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'late' }));
    expect((await polled).Messages).toMatchObject([{ Body: 'late' }]);
  });

  it('waits as long as the queue says when the request does not', async () => {
    const QueueUrl = test.cloud.resources.get('Patient');
    const polled = client.send(new ReceiveMessageCommand({ QueueUrl }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' }));
    expect((await polled).Messages).toMatchObject([{ Body: 'late' }]);
  });

  it('finds a queue by name and refuses what does not exist', async () => {
    expect((await client.send(new GetQueueUrlCommand({ QueueName: 'test-Plain' }))).QueueUrl).toBe(url);
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'nothing' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    const fifo = { QueueUrl: test.cloud.resources.get('Work'), MessageBody: 'x' };
    await expect(client.send(new SendMessageCommand(fifo))).rejects.toThrow('MessageGroupId');
  });

  it('refuses a sender whose role does not allow the queue', async () => {
    const allowed = await test.cloud.invoke('Sender', {
      QueueUrl: test.cloud.resources.get('Notes'),
      MessageBody: 'x',
    });
    expect(allowed.ok).toBe(true);
    const refused = await test.cloud.invoke('Sender', { QueueUrl: url, MessageBody: 'x' });
    expect(refused).toMatchObject({ ok: false, error: { errorMessage: expect.stringContaining('sqs:SendMessage') } });
  });

  it('feeds a function in order within a group, groups side by side, and deletes what is done', async () => {
    await work('a', 'slow');
    await work('a', 'a2');
    await work('b', 'b1');
    await vi.waitFor(() => expect(test.cloud.messages('Work')).toEqual([]), { timeout: 5000 });
    const handled = notes();
    const order = (group: string) => handled.filter((note) => note.group === group).map(({ body }) => body);
    expect(order('a')).toEqual(['slow', 'a2']);
    expect(order('b')).toEqual(['b1']);
    const at = (body: string) => handled.find((note) => note.body === body)?.at ?? 0;
    expect(at('b1')).toBeLessThan(at('a2'));
  });

  it('tries failed messages again after the visibility timeout, then hands them to the dead-letter queue', async () => {
    await work('c', 'fail');
    await work('d', 'fine');
    await vi.waitFor(() => expect(test.cloud.messages('Dead').map(({ body }) => body)).toEqual(['fail']), {
      timeout: 10_000,
    });
    expect(test.cloud.messages('Work')).toEqual([]);
    expect(notes().filter(({ body }) => body === 'fail')).toHaveLength(2);
    expect(notes().filter(({ body }) => body === 'fine')).toHaveLength(1);
  });

  it('leaves a queue alone whose mapping is not enabled', async () => {
    await client.send(new SendMessageCommand({ QueueUrl: test.cloud.resources.get('Off'), MessageBody: 'left' }));
    await work('f', 'fine');
    await vi.waitFor(() => expect(notes().map(({ body }) => body)).toEqual(['fine']), { timeout: 5000 });
    expect(test.cloud.messages('Off')).toMatchObject([{ body: 'left', receiveCount: 0 }]);
  });

  it('keeps the whole batch when the function throws', async () => {
    await work('e', 'throw');
    await vi.waitFor(() => expect(notes().filter(({ body }) => body === 'throw')).toHaveLength(1), { timeout: 5000 });
    await vi.waitFor(() => expect(test.logs.join('\n')).toContain('batch of 1 failed: Error: batch refused'));
    expect(test.cloud.messages('Work').map(({ body }) => body)).toEqual(['throw']);
  });
});

it('an event source mapping needs the permissions of its function', async () => {
  const start = startCloud(
    {
      Work: queue(),
      Role: role(allow('sqs:ReceiveMessage', attribute('Work', 'Arn'))),
      Consumer: lambda('consumer', 'Role'),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: attribute('Work', 'Arn'), FunctionName: ref('Consumer') },
      },
    },
    { consumer: CONSUMER },
  );
  await expect(start).rejects.toThrow(
    'Mapping: the execution role of test-Consumer does not have permission to call DeleteMessage',
  );
});
