import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connections } from '../../lib/connections/connections';
import type { LifecycleEvent } from '../../lib/connections/lifecycle-event';
import { FlowingClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';

let tables: Tables;
let connections: Connections;
const clock = new FlowingClock();

beforeAll(async () => {
  tables = await startTables();
  connections = new Connections({ registry: tables.registry, clock });
});
afterAll(async () => tables.close());

const event = (
  eventType: LifecycleEvent['eventType'],
  ms: number,
  more: Partial<LifecycleEvent> = {},
): LifecycleEvent => ({
  clientId: 'd:4711',
  eventType,
  timestamp: clock.now() + ms,
  sessionIdentifier: 'one',
  topics: [],
  ...more,
});

describe('Connections', () => {
  it('keeps who is connected and what it listens on', async () => {
    await connections.apply('t100', '4711', event('connected', -60_000, { versionNumber: 2 }));
    await connections.apply('t100', '4711', event('subscribed', -59_000, { topics: ['s/ds'] }));
    expect(await connections.find('t100', '4711')).toMatchObject({
      clientId: 'd:4711',
      session: 'one',
      versionNumber: 2,
    });
    expect(await connections.isSubscribed('t100', '4711', 's/ds')).toBe(true);
    expect(await connections.isSubscribed('t100', '4711', 's/e')).toBe(false);
    expect(await connections.isSubscribed('t200', '4711', 's/e')).toBe(true);
    expect(await connections.find('t200', '4711')).toBeUndefined();
  });

  it('tells what a device has just subscribed to', async () => {
    const topics = ['s/e', 's/dc/#'];
    const change = await connections.apply('t100', 'told', event('subscribed', 0, { topics }));
    expect(change.subscribed).toEqual(topics);
  });

  it('tells nothing of the kind after other events or those of the past', async () => {
    const quiet = async (one: LifecycleEvent) =>
      (await connections.apply('t100', 'quiet', one)).subscribed.includes('s/ds');
    expect(await quiet(event('connected', 0, { sessionIdentifier: 'two', versionNumber: 3 }))).toBe(false);
    expect(await quiet(event('subscribed', -1_000, { topics: ['s/ds'] }))).toBe(false);
    expect(await quiet(event('unsubscribed', 20, { sessionIdentifier: 'two', topics: ['s/ds'] }))).toBe(false);
    expect(await quiet(event('subscribed', 10, { sessionIdentifier: 'two', topics: ['s/ds'] }))).toBe(false);
    expect(await quiet(event('subscribed', 30, { sessionIdentifier: 'two', topics: ['s/ds'] }))).toBe(true);
  });

  it('costs a read and a write, for a repeated event only the read', async () => {
    const first = event('connected', 0, { versionNumber: 1 });
    const once = await tables.calls.counting(() => connections.apply('t100', 'cost', first));
    expect(once).toEqual({ commands: { GetItem: 1, PutItem: 1 }, readUnits: 1, writeUnits: 1 });
    const twice = await tables.calls.counting(() => connections.apply('t100', 'cost', first));
    expect(twice).toEqual({ commands: { GetItem: 1 }, readUnits: 1, writeUnits: 0 });
  });

  it('loses no subscription when events arrive at once', async () => {
    const topics = ['s/ds', 's/e', 's/dt', 's/dat', 's/dd'];
    await Promise.all(
      topics.map((topic, ms) => connections.apply('t100', 'busy', event('subscribed', ms, { topics: [topic] }))),
    );
    const connection = await connections.find('t100', 'busy');
    expect(Object.keys(connection?.topics ?? {}).sort()).toEqual([...topics].sort());
  });
});
