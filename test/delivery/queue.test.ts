import type { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { DeliveryQueue, parseDeliveryRequest, retrySoon } from '../../lib/delivery/queue';

const request = { tenant: 't100', agentId: '71', agentSerial: 'SN1' };

async function queued(more: { clientId?: string; agentSerial?: string }, dedupId = '4711') {
  const commands: SendMessageCommand[] = [];
  const send = async (command: SendMessageCommand) => void commands.push(command);
  const client = { send } as unknown as Pick<SQSClient, 'send'>;
  await new DeliveryQueue(client, 'https://queue').requestDelivery({ ...request, ...more }, dedupId);
  return commands[0]?.input;
}

describe('DeliveryQueue', () => {
  it('groups by client ID, so that a device has one sender at a time', async () => {
    expect(await queued({ clientId: 'd:SN1' })).toEqual({
      QueueUrl: 'https://queue',
      MessageGroupId: 'd:SN1',
      MessageDeduplicationId: '4711',
      MessageBody: JSON.stringify(request),
    });
  });

  it('groups a device that has never connected by its serial', async () => {
    expect(await queued({})).toMatchObject({ MessageGroupId: 't100/SN1' });
  });

  it('keeps ids within what the queue accepts', async () => {
    const odd = await queued({ agentSerial: 'Gerät 1' }, 'x'.repeat(200));
    expect(odd?.MessageGroupId).toMatch(/^[0-9a-f]{64}$/);
    expect(odd?.MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
    expect(odd?.MessageBody).toContain('Gerät 1');
  });
});

describe('parseDeliveryRequest', () => {
  it('reads what the queue carries', () => {
    expect(parseDeliveryRequest(JSON.stringify(request))).toEqual({ ok: true, value: request });
  });

  it.each([
    '',
    '{',
    'null',
    '{}',
    '{"tenant":"t100","agentId":71,"agentSerial":"x"}',
    '{"tenant":"","agentId":"1","agentSerial":"x"}',
  ])('refuses %j', (body) => {
    expect(parseDeliveryRequest(body)).toMatchObject({ ok: false, error: expect.stringContaining('delivery request') });
  });
});

describe('retrySoon', () => {
  const received = (receiptHandle: string, count: number) => ({
    messageId: receiptHandle,
    receiptHandle,
    attributes: { ApproximateReceiveCount: String(count) },
  });

  it.each([
    [1, 2],
    [2, 4],
    [5, 32],
    [20, 120],
  ])('after %i receives, waits %i s with the whole batch', async (count, delay) => {
    const sent: unknown[] = [];
    const client = { send: async (command: { input: unknown }) => void sent.push(command.input) };
    await retrySoon(client as unknown as SQSClient, 'https://queue', [received('a', count), received('b', 1)]);
    expect(sent).toEqual([
      {
        QueueUrl: 'https://queue',
        Entries: [
          { Id: '0', ReceiptHandle: 'a', VisibilityTimeout: delay },
          { Id: '1', ReceiptHandle: 'b', VisibilityTimeout: delay },
        ],
      },
    ]);
  });
});
