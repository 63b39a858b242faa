import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TemplateObject, TemplateResource } from '../../src/template/template';
import { startCloud, type TestCloud } from '../support/cloud';
import { allow, attribute, lambda, queue, ref, role } from '../support/templates';

/** Sends its event to the queue `NOTES`. Before that it fails as often as the event says. */
const RECEIVER = `
  import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
  const client = new SQSClient({});
  const failures = new Map();
  export const handler = async (event: any) => {
    const failed = failures.get(event.id) ?? 0;
    failures.set(event.id, failed + 1);
    if (failed < (event.detail.failures ?? 0)) throw new Error('not yet');
    await client.send(new SendMessageCommand({ QueueUrl: process.env.NOTES, MessageBody: JSON.stringify(event) }));
  };`;
const PUTTER = `
  import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
  const client = new EventBridgeClient({});
  export const handler = (event: any) => client.send(new PutEventsCommand(event));`;

const BUS = { Type: 'AWS::Events::EventBus', Properties: { Name: 'changes' } } as const;
const rule = (pattern: TemplateObject, targets: readonly TemplateObject[], more: TemplateObject = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: { EventBusName: ref('Bus'), EventPattern: pattern, State: 'ENABLED', Targets: targets, ...more },
});
const permission = (functionId: string, ruleId: string): TemplateResource => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: attribute(functionId, 'Arn'),
    Principal: 'events.amazonaws.com',
    SourceArn: attribute(ruleId, 'Arn'),
  },
});
const openToRules = (queueId: string): TemplateResource => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [ref(queueId)],
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Resource: attribute(queueId, 'Arn'),
        },
      ],
    },
  },
});
const put = (more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  EventBusName: 'changes',
  Source: 'test',
  DetailType: 'Thing',
  Detail: JSON.stringify({ kind: 'function' }),
  ...more,
});

describe('EventBridge', () => {
  let test: TestCloud;
  let client: EventBridgeClient;
  const notes = () => test.cloud.messages('Notes').map(({ body }) => JSON.parse(body));
  const send = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));

  beforeAll(async () => {
    test = await startCloud(
      {
        Bus: BUS,
        Notes: queue(),
        NotesPolicy: openToRules('Notes'),
        Dead: queue(),
        DeadPolicy: openToRules('Dead'),
        Closed: queue(),
        ReceiverRole: role(allow('sqs:SendMessage', attribute('Notes', 'Arn'))),
        Receiver: lambda('receiver', 'ReceiverRole', { Environment: { Variables: { NOTES: ref('Notes') } } }),
        ToFunction: rule({ detail: { kind: ['function'] } }, [{ Id: '0', Arn: attribute('Receiver', 'Arn') }]),
        MayInvoke: permission('Receiver', 'ToFunction'),
        ToQueue: rule({ detail: { kind: ['queue'] } }, [{ Id: '0', Arn: attribute('Notes', 'Arn') }]),
        Disabled: rule({ source: ['test'] }, [{ Id: '0', Arn: attribute('Notes', 'Arn') }], { State: 'DISABLED' }),
        NotPermitted: rule({ detail: { kind: ['forbidden'] } }, [
          { Id: '0', Arn: attribute('Receiver', 'Arn'), DeadLetterConfig: { Arn: attribute('Dead', 'Arn') } },
          { Id: '1', Arn: attribute('Closed', 'Arn') },
        ]),
        PutterRole: role(
          allow('events:PutEvents', attribute('Bus', 'Arn'), { StringEquals: { 'events:source': 'test' } }),
        ),
        Putter: lambda('putter', 'PutterRole'),
      },
      { receiver: RECEIVER, putter: PUTTER },
    );
    client = new EventBridgeClient({ ...test.cloud.clientConfiguration, maxAttempts: 1 });
  });
  afterAll(() => test.close());
  beforeEach(() => test.cloud.meter.reset());

  it('hands an event to the function of a rule it matches, as AWS writes events', async () => {
    const Time = new Date('2026-03-01T10:00:00.500Z');
    const { FailedEntryCount, Entries } = await send(put({ Time, Resources: ['arn:a'] }));
    expect(FailedEntryCount).toBe(0);
    await test.cloud.idle();
    const id = Entries?.[0]?.EventId;
    expect(notes().find((event) => event.id === id)).toEqual({
      version: '0',
      id,
      'detail-type': 'Thing',
      source: 'test',
      account: '000000000000',
      time: '2026-03-01T10:00:00Z',
      region: 'us-east-1',
      resources: ['arn:a'],
      detail: { kind: 'function' },
    });
  });

  it('hands an event to a queue whose policy lets it', async () => {
    const { Entries } = await send(put({ Detail: '{"kind":"queue"}' }));
    expect(notes().map((event) => event.id)).toContain(Entries?.[0]?.EventId);
  });

  it('leaves a failing function to Lambda, which tries again', async () => {
    const { Entries } = await send(put({ Detail: '{"kind":"function","failures":2}' }));
    await vi.waitFor(() => expect(notes().map((event) => event.id)).toContain(Entries?.[0]?.EventId));
    expect(test.cloud.meter.units('lambdaRequests')).toBe(3);
  });

  it('keeps what a target refuses in the dead-letter queue, and says so', async () => {
    await send(put({ Detail: '{"kind":"forbidden"}' }));
    const [letter] = test.cloud.messages('Dead');
    expect(JSON.parse(letter?.body ?? '')).toMatchObject({ detail: { kind: 'forbidden' } });
    expect(letter?.attributes).toMatchObject({
      ERROR_CODE: { StringValue: 'AccessDeniedException' },
      RULE_ARN: { StringValue: expect.stringContaining('rule/changes/test-NotPermitted') },
      TARGET_ARN: { StringValue: expect.stringContaining('function:test-Receiver') },
    });
    const refusals = test.logs.filter((line) => line.includes('test-NotPermitted could not reach'));
    expect(refusals).toHaveLength(2);
    expect(refusals[1]).toContain('sqs:SendMessage');
    expect(test.cloud.messages('Closed')).toEqual([]);
  });

  it('counts events in units of 64 KB', async () => {
    await send(put({ Detail: '{}' }), put({ Detail: JSON.stringify({ text: 'x'.repeat(70_000) }) }));
    expect(test.cloud.meter.units('eventBridgeEvents', 'changes')).toBe(3);
  });

  it('refuses single entries and takes the others', async () => {
    const { FailedEntryCount, Entries } = await send(
      put({ Detail: 'no json' }),
      put({ Detail: '[1]' }),
      put({ Source: '' }),
      put({ EventBusName: 'other' }),
      put({ Detail: '{}' }),
    );
    expect(FailedEntryCount).toBe(4);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'MalformedDetail',
      'MalformedDetail',
      'InvalidArgument',
      'ResourceNotFoundException',
      undefined,
    ]);
    expect(test.cloud.meter.units('eventBridgeEvents')).toBe(1);
  });

  it('refuses requests that are too long or too large', async () => {
    await expect(send()).rejects.toThrow('1 to 10 members');
    await expect(send(...Array.from({ length: 11 }, () => put()))).rejects.toThrow('1 to 10 members');
    const half = put({ Detail: JSON.stringify({ text: 'x'.repeat(131_072) }) });
    await expect(send(half, half)).rejects.toThrow('over the limit');
  });

  it('lets a role put what its policy allows, and nothing else', async () => {
    const allowed = await test.cloud.invoke('Putter', { Entries: [put({ Detail: '{}' })] });
    expect(allowed).toMatchObject({ ok: true });
    const denied = await test.cloud.invoke('Putter', { Entries: [put({ Source: 'other' })] });
    expect(denied).toMatchObject({ ok: false, error: { errorType: 'AccessDeniedException' } });
  });
});

describe('a template', () => {
  const start = (resources: Record<string, TemplateResource>) => startCloud({ Bus: BUS, Queue: queue(), ...resources });
  const target = { Id: '0', Arn: attribute('Queue', 'Arn') };

  it.each<[string, TemplateResource, string]>([
    ['an operator nobody knows', rule({ source: [{ like: 'x' }] }, [target]), 'operator like'],
    ['no pattern', { Type: 'AWS::Events::Rule', Properties: { EventBusName: 'changes' } }, 'EventPattern'],
    ['an input transformer', rule({ source: ['x'] }, [{ ...target, InputPath: '$.detail' }]), 'InputPath of a target'],
    [
      'a target elsewhere',
      rule({ source: ['x'] }, [{ Id: '0', Arn: 'arn:aws:sns:eu-west-1:1:t' }]),
      'neither a function',
    ],
    [
      'six targets',
      rule(
        { source: ['x'] },
        Array.from({ length: 6 }, () => target),
      ),
      'at most 5 targets',
    ],
    ['another bus', rule({ source: ['x'] }, [target], { EventBusName: 'other' }), 'event bus other does not exist'],
  ])('with %s does not start', async (_, resource, message) => {
    await expect(start({ Rule: resource })).rejects.toThrow(message);
  });
});
