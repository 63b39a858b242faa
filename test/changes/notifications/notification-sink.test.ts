import { describe, expect, it } from 'vitest';
import type { AwsCall } from '../../../lib/base/aws/aws-call';
import type { Change } from '../../../lib/changes/changes';
import { parseFanOutEvent } from '../../../lib/changes/notifications/fan-out-event';
import { NotificationSink, partsOf } from '../../../lib/changes/notifications/notification-sink';
import { measurement } from '../../notifications/fixture';

const CONTEXT = { tenant: 't100', mode: 'TRANSIENT', receivedAt: 1, messageId: 'm' } as const;

async function callsOf(changes: readonly Change[]): Promise<AwsCall[]> {
  const calls: AwsCall[] = [];
  const aws = {
    post: async (call: AwsCall) => {
      calls.push(call);
      return { status: 202, body: '' };
    },
  };
  await new NotificationSink(aws, 'cirrus-fanout').accept(CONTEXT, changes);
  return calls;
}

describe('the notification sink', () => {
  it('invokes the fan-out once for a message, without waiting for it', async () => {
    const calls = await callsOf([measurement('1'), measurement('2')]);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      service: 'lambda',
      path: '/2015-03-31/functions/cirrus-fanout/invocations',
      headers: { 'x-amz-invocation-type': 'Event' },
    });
    const event = parseFanOutEvent(JSON.parse(calls[0]?.body ?? ''));
    expect(event).toEqual({ ok: true, value: { context: CONTEXT, changes: [measurement('1'), measurement('2')] } });
  });

  it('cuts what is over the megabyte Lambda takes, in order', async () => {
    const changes = Array.from({ length: 30 }, (_, n) => measurement('1', { n, text: 'x'.repeat(100_000) }));
    const calls = await callsOf(changes);
    expect(calls).toHaveLength(3);
    for (const { body } of calls) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1024 * 1024);
    expect(calls.flatMap(({ body }) => JSON.parse(body).changes)).toEqual(changes);
  });

  it('hands over a reference to what is too large for one event', () => {
    const parts = partsOf([measurement('1'), measurement('1', { text: 'x'.repeat(2_000_000) }), measurement('2')]);
    expect(parts).toHaveLength(1);
    expect(parts[0]?.[1]?.object).toEqual({
      id: '9',
      type: 'T',
      time: '2026-01-01T00:00:00.000Z',
      source: { id: '1' },
      cirrus_Truncated: { bytes: expect.any(Number) },
    });
  });
});

describe('a fan-out event', () => {
  it.each([null, {}, { context: CONTEXT }, { context: { ...CONTEXT, mode: 'LOUD' }, changes: [] }])(
    '%j is none, and says why',
    (value) => {
      expect(parseFanOutEvent(value)).toMatchObject({ ok: false, error: expect.stringContaining('Invalid') });
    },
  );
});
