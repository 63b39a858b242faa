import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/connections/connection-items';
import type { LifecycleEvent } from '../../lib/connections/lifecycle-event';
import { afterEvent, covers, listensOn } from '../../lib/connections/state';

const HOUR = 3_600_000;

const event = (
  eventType: LifecycleEvent['eventType'],
  timestamp: number,
  session: string,
  more: Partial<LifecycleEvent> = {},
): LifecycleEvent => ({ clientId: 'd:4711', eventType, timestamp, sessionIdentifier: session, topics: [], ...more });
const connected = (at: number, session: string, versionNumber: number) =>
  event('connected', at, session, { versionNumber });
const disconnected = (at: number, session: string, versionNumber: number) =>
  event('disconnected', at, session, { versionNumber });
const subscribed = (at: number, session: string, ...topics: string[]) => event('subscribed', at, session, { topics });
const unsubscribed = (at: number, session: string, ...topics: string[]) =>
  event('unsubscribed', at, session, { topics });

const stateAfter = (events: readonly LifecycleEvent[]): Connection | undefined =>
  events.reduce<Connection | undefined>(afterEvent, undefined);

describe('a connection', () => {
  const takeover = [
    connected(1_000, 'one', 3),
    subscribed(1_100, 'one', 's/ds', 's/e'),
    unsubscribed(1_200, 'one', 's/e'),
    connected(60_000, 'two', 4),
    // the broker ends the old connection after it has accepted the new one
    disconnected(60_010, 'one', 3),
    subscribed(60_100, 'two', 's/dc/acme'),
    disconnected(90_000, 'two', 4),
    connected(95_000, 'three', 5),
    subscribed(95_100, 'three', 's/ds'),
    unsubscribed(95_200, 'three', 's/ds'),
    subscribed(95_300, 'three', 's/ds'),
  ];

  it('ends the same for every order of its events, also when they come twice', () => {
    const { earlier: _, ...expected } = stateAfter(takeover) ?? { earlier: [] };
    expect(expected).toMatchObject({
      session: 'three',
      versionNumber: 5,
      topics: { 's/ds': { on: true, at: 95_300 } },
    });
    fc.assert(
      fc.property(fc.shuffledSubarray([...takeover, ...takeover], { minLength: 2 * takeover.length }), (events) => {
        const { earlier: __, ...connection } = stateAfter(events) ?? { earlier: [] };
        expect(connection).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('is not ended by the end of an older session', () => {
    expect(stateAfter(takeover.slice(0, 5))).not.toHaveProperty('disconnectedAt');
    expect(stateAfter(takeover.slice(0, 7))).toMatchObject({ session: 'two', disconnectedAt: 90_000 });
  });

  it('is over when only the end of a newer session is known', () => {
    const events = [connected(1_000, 'one', 3), disconnected(2_000, 'two', 4)];
    expect(stateAfter(events)).toMatchObject({ session: 'two', disconnectedAt: 2_000 });
  });

  it('survives that numbers start over after an hour', () => {
    const events = [connected(1_000, 'one', 7), disconnected(2_000, 'one', 7), connected(2 * HOUR, 'two', 0)];
    expect(stateAfter(events)).toMatchObject({ session: 'two', versionNumber: 0, startedAt: 2 * HOUR });
    expect(stateAfter([...events].reverse())).toMatchObject({ session: 'two' });
  });

  it('of the same device by another spelling of its client ID is told apart', () => {
    const other = { clientId: '4711' };
    const events = [connected(1_000, 'one', 9), { ...connected(2_000, 'two', 0), ...other }];
    expect(stateAfter(events)).toMatchObject({ clientId: '4711', session: 'two' });
    expect(stateAfter([...events, disconnected(2_010, 'one', 9)])).not.toHaveProperty('disconnectedAt');
  });

  it('stays the same object when an event says nothing new', () => {
    const connection = stateAfter(takeover);
    for (const repeated of takeover) expect(afterEvent(connection, repeated)).toBe(connection);
  });
});

describe('listensOn', () => {
  const NOW = 200_000;
  const listens = (events: readonly LifecycleEvent[], topic: string, now = NOW) =>
    listensOn(stateAfter(events), topic, now);
  const start = connected(1_000, 'one', 0);

  it('takes what is not known yet for a yes', () => {
    expect(listensOn(undefined, 's/ds', NOW)).toBe(true);
    expect(listens([start], 's/ds')).toBe(true);
    expect(listens([start, subscribed(1_100, 'one', 's/e')], 's/ds', 2_000)).toBe(true);
  });

  it('knows what a device has subscribed', () => {
    const events = [start, subscribed(1_100, 'one', 's/e', 's/dc/#')];
    expect(listens(events, 's/e')).toBe(true);
    expect(listens(events, 's/dc/acme')).toBe(true);
    expect(listens(events, 's/ds')).toBe(false);
    expect(listens([...events, unsubscribed(1_200, 'one', 's/e')], 's/e')).toBe(false);
  });

  it('expects a persistent session to keep its filters', () => {
    const events = [
      start,
      subscribed(1_100, 'one', 's/ds'),
      connected(50_000, 'two', 1),
      subscribed(50_100, 'two', 's/e'),
    ];
    expect(listens(events, 's/ds')).toBe(true);
    expect(listens([...events, unsubscribed(50_200, 'two', 's/ds')], 's/ds')).toBe(false);
  });

  it.each([
    ['s/ds', 's/ds', true],
    ['s/dc/#', 's/dc/acme', true],
    ['s/dc/#', 's/dc', true],
    ['s/dc/+', 's/dc/acme', true],
    ['s/+', 's/dc/acme', false],
    ['#', 's/e', true],
    ['s/ds/x', 's/ds', false],
    ['s/ds', 's/ds/x', false],
  ])('%s covers %s: %s', (filter, topic, expected) => {
    expect(covers(filter, topic)).toBe(expected);
  });
});
