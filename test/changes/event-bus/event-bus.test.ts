import { describe, expect, it } from 'vitest';
import type { AwsCall } from '../../../lib/base/aws/aws-call';
import type { Change, ChangeContext } from '../../../lib/changes/changes';
import { EventBus, EventBusError } from '../../../lib/changes/event-bus/event-bus';
import { FlowingClock } from '../../support/clock';

const CONTEXT: ChangeContext = { tenant: 't1', mode: 'PERSISTENT', receivedAt: 1_700_000_000_000, messageId: 'm' };
const change = (sourceId: string, text = ''): Change => ({
  api: 'events',
  action: 'CREATE',
  sourceId,
  object: { id: `e${sourceId}`, text },
});
type Sent = { readonly Entries: readonly { readonly Detail: string }[] };

/** A bus that refuses, in each call, the first so many entries. */
function busRefusing(...refusals: readonly number[]) {
  const calls: AwsCall[] = [];
  const clock = new FlowingClock();
  const post = async (call: AwsCall) => {
    const refused = refusals[calls.length] ?? 0;
    calls.push(call);
    const { Entries }: Sent = JSON.parse(call.body);
    const results = Entries.map((_, at) =>
      at < refused ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' } : { EventId: `id-${at}` },
    );
    return { status: 200, body: JSON.stringify({ FailedEntryCount: refused, Entries: results }) };
  };
  const sources = () =>
    calls.map(({ body }) => (JSON.parse(body) as Sent).Entries.map(({ Detail }) => JSON.parse(Detail).source));
  return { bus: new EventBus({ post }, { name: 'bus', clock }), calls, pauses: clock.waits, sources };
}

const sourcesTo = (count: number): Change[] => Array.from({ length: count }, (_, at) => change(String(at)));

describe('the event bus', () => {
  it('is called as PutEvents', async () => {
    const { bus, calls } = busRefusing();
    await bus.accept(CONTEXT, [change('1')]);
    expect(calls).toMatchObject([
      {
        service: 'events',
        path: '/',
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
      },
    ]);
  });

  it('gets at most ten entries a call', async () => {
    const { bus, sources } = busRefusing();
    await bus.accept(CONTEXT, sourcesTo(21));
    expect(sources().map(({ length }) => length)).toEqual([10, 10, 1]);
  });

  it('gets at most 256 KB a call', async () => {
    const { bus, calls, sources } = busRefusing();
    await bus.accept(
      CONTEXT,
      ['1', '2', '3'].map((source) => change(source, 'x'.repeat(120_000))),
    );
    expect(sources()).toEqual([['1', '2'], ['3']]);
    for (const { body } of calls) expect(body.length).toBeLessThan(264_000);
  });

  it('gets again what it refused, and only that', async () => {
    const { bus, sources, pauses } = busRefusing(2, 1);
    await bus.accept(CONTEXT, sourcesTo(4));
    expect(sources()).toEqual([['0', '1', '2', '3'], ['0', '1'], ['0']]);
    expect(pauses).toEqual([50, 100]);
  });

  it('is given up after four attempts, with its reason', async () => {
    const { bus, calls } = busRefusing(1, 1, 1, 1, 1);
    const accepted = bus.accept(CONTEXT, sourcesTo(2));
    await expect(accepted).rejects.toThrow(EventBusError);
    await expect(accepted).rejects.toThrow('bus refused 1 of 2 entries: ThrottlingException: slow down');
    expect(calls).toHaveLength(4);
  });

  it('that answers without results has refused', async () => {
    const post = async () => ({ status: 200, body: '{}' });
    const bus = new EventBus({ post }, { name: 'bus', clock: new FlowingClock() });
    await expect(bus.accept(CONTEXT, [change('1')])).rejects.toThrow('no event id');
  });
});
