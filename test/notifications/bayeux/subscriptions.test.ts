import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUBSCRIPTIONS_PER_SESSION } from '../../../lib/notifications/limits';
import { insertObject } from '../../../lib/platform/inventory/object-items';
import { type BayeuxMessage, CHILD, measurement, RealtimeWorld, TENANT } from '../fixture';

let world: RealtimeWorld;
beforeAll(async () => {
  world = await RealtimeWorld.start();
});
afterAll(() => world.close());

const subscribe = (clientId: string, subscription: string): object => ({
  channel: '/meta/subscribe',
  clientId,
  subscription,
  id: '7',
});

describe('at the limits of subscriptions', () => {
  it('of a thousand subscriptions, those over the limit are refused, and the others work', async () => {
    const clientId = await world.webSocketClient('thousand', 'admin');
    const registry = world.tables.registry;
    const names = Array.from({ length: 1_000 }, (_, index) => `/measurements/${5_000 + index}`);
    for (const name of names.slice(0, SUBSCRIPTIONS_PER_SESSION)) {
      const id = name.split('/')[2] ?? '';
      await insertObject(registry, TENANT, { id, owner: 'admin', createdAt: 0, members: {}, asOf: {} });
    }
    const replies: BayeuxMessage[] = [];
    for (let at = 0; at < names.length; at += 250) {
      const frame = names.slice(at, at + 250).map((name) => subscribe(clientId, name));
      replies.push(...(await world.say('thousand', ...frame)));
    }
    const posted = world.heard('thousand');
    const all = [...posted, ...replies].filter(({ channel }) => channel === '/meta/subscribe');
    expect(all).toHaveLength(1_000);
    expect(all.filter(({ successful }) => successful)).toHaveLength(SUBSCRIPTIONS_PER_SESSION);
    const refused = new Set(all.filter(({ successful }) => !successful).map(({ error }) => error));
    expect([...refused]).toEqual(['403::Too many subscriptions: the limit is 200 for a client']);
    expect(await world.change(measurement('5000'))).toBe(1);
  });

  it('the eleventh connection of a user to a channel closes the first, by name', async () => {
    const channel = `/alarms/${CHILD}`;
    const first = await world.webSocketClient('c0', 'second', channel);
    for (let index = 1; index <= 10; index++) {
      world.clock.advance(1_000);
      await world.webSocketClient(`c${index}`, 'second', channel);
    }
    const error = '403::Too many connections of this user to the channel';
    expect(world.heard('c0').at(-1)).toMatchObject({ channel: '/meta/connect', error, advice: { reconnect: 'none' } });
    expect(world.closed).toEqual(['c0']);
    expect(await world.say('c1', { channel: '/meta/connect', clientId: first })).toMatchObject([{ error }]);
    const alarm = { api: 'alarms', action: 'CREATE', sourceId: CHILD, object: { id: '1' } } as const;
    expect(await world.change(alarm)).toBe(10);
  });
});
