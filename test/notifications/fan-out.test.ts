import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FRAME_BYTES } from '../../lib/notifications/limits';
import { openWebSocket } from '../../lib/notifications/transports/web-socket';
import { link } from '../../lib/platform/inventory/link-items';
import { BASE_URL, CHILD, DEVICE, measurement, RealtimeWorld, TENANT } from './fixture';

let world: RealtimeWorld;
beforeAll(async () => {
  world = await RealtimeWorld.start();
});
beforeEach(() => world.posted.clear());
afterAll(() => world.close());

const alarm = (sourceId: string) =>
  ({ api: 'alarms', action: 'CREATE', sourceId, object: { id: '5', source: { id: sourceId } } }) as const;

describe('a notification', () => {
  it('is the object as REST shows it, with the links of the host the client used', async () => {
    const clientId = await world.webSocketClient('one', 'admin', `/measurements/${DEVICE}`);
    await world.change(measurement(DEVICE));
    expect(world.heard('one')).toEqual([
      {
        channel: `/measurements/${DEVICE}`,
        data: {
          realtimeAction: 'CREATE',
          data: {
            id: '9',
            type: 'T',
            time: '2026-01-01T00:00:00.000Z',
            self: `${BASE_URL}/measurement/measurements/9`,
            source: { id: DEVICE, self: `${BASE_URL}/inventory/managedObjects/${DEVICE}` },
          },
        },
        id: expect.any(String),
      },
    ]);
    await world.say('one', { channel: '/meta/disconnect', clientId });
  });

  it('of what was deleted is the id', async () => {
    const clientId = await world.webSocketClient('deleted', 'admin', '/managedobjects/*');
    await world.change({
      api: 'managedobjects',
      action: 'DELETE',
      sourceId: DEVICE,
      object: { id: DEVICE, name: 'x' },
    });
    expect(world.heard('deleted')[0]).toMatchObject({ data: { realtimeAction: 'DELETE', data: DEVICE } });
    await world.say('deleted', { channel: '/meta/disconnect', clientId });
  });

  it('comes once, however many channels of the same name a client has, and only to those who asked', async () => {
    const both = await world.webSocketClient('both', 'admin', `/measurements/${DEVICE}`, '/measurements/*');
    const other = await world.webSocketClient('other', 'admin', `/measurements/${CHILD}`, '/alarms/*');
    expect(await world.change(measurement(DEVICE))).toBe(1);
    expect(world.heard('both')).toHaveLength(1);
    expect(world.heard('other')).toEqual([]);
    await world.say('both', { channel: '/meta/disconnect', clientId: both });
    await world.say('other', { channel: '/meta/disconnect', clientId: other });
  });

  it('of a child reaches those who listen to everything below the parent, at any depth', async () => {
    const { registry } = world.tables;
    await link(registry, TENANT, CHILD, 'childAssets', '102');
    const clientId = await world.webSocketClient('tree', 'admin', `/alarmsWithChildren/${DEVICE}`);
    for (const source of [DEVICE, CHILD, '102', '999']) await world.change(alarm(source));
    expect(world.heard('tree').map(({ channel }) => channel)).toEqual(
      Array.from({ length: 3 }, () => `/alarmsWithChildren/${DEVICE}`),
    );
    await world.say('tree', { channel: '/meta/disconnect', clientId });
  });

  it('looks up no hierarchy where nobody listens to one', async () => {
    const clientId = await world.webSocketClient('flat', 'admin', '/alarms/*');
    const { commands } = await world.tables.calls.counting(() => world.change(alarm(CHILD)));
    // alarms/<id>, alarms/*, alarmsWithChildren
    expect(commands.Query).toBe(3);
    await world.say('flat', { channel: '/meta/disconnect', clientId });
  });

  it("of an operation reaches the agent's channel, whichever child it is for", async () => {
    const clientId = await world.webSocketClient('agent', 'device_a', `/${DEVICE}`);
    const operation = { id: '1', deviceId: CHILD, agentId: DEVICE, status: 'PENDING' };
    await world.change({ api: 'operations', action: 'CREATE', sourceId: CHILD, object: operation });
    expect(world.heard('agent')).toMatchObject([{ channel: `/${DEVICE}`, data: { data: operation } }]);
    await world.say('agent', { channel: '/meta/disconnect', clientId });
  });
});

describe('frames', () => {
  it('are cut to what API Gateway takes', async () => {
    const clientId = await world.webSocketClient('frames', 'admin', '/measurements/*');
    const large = measurement(DEVICE, { c8y_Text: 'ü'.repeat(7_000) });
    await world.change(large, large, large, large);
    const frames = world.posted.get('frames') ?? [];
    expect(frames.length).toBe(2);
    for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(FRAME_BYTES);
    expect(world.heard('frames')).toHaveLength(4);
    await world.say('frames', { channel: '/meta/disconnect', clientId });
  });

  it('carry a reference instead of an object that fits into none', async () => {
    const clientId = await world.webSocketClient('huge', 'admin', '/measurements/*');
    await world.change(measurement(DEVICE, { c8y_Text: 'x'.repeat(40_000) }), measurement(DEVICE));
    const [reference, whole] = world.heard('huge');
    expect(reference?.data?.data).toEqual({
      id: '9',
      type: 'T',
      time: '2026-01-01T00:00:00.000Z',
      self: `${BASE_URL}/measurement/measurements/9`,
      source: { id: DEVICE, self: `${BASE_URL}/inventory/managedObjects/${DEVICE}` },
      cirrus_Truncated: { bytes: expect.any(Number) },
    });
    expect(whole?.data?.data).not.toHaveProperty('cirrus_Truncated');
    await world.say('huge', { channel: '/meta/disconnect', clientId });
  });
});

describe('long polling', () => {
  it('answers a connect at once when something waits, in order', async () => {
    const clientId = await world.pollingClient('admin', '/measurements/*');
    await world.change(measurement(DEVICE, { n: 1 }), measurement(DEVICE, { n: 2 }));
    world.clock.advance(5);
    await world.change(measurement(DEVICE, { n: 3 }));
    const { messages } = await world.connect(clientId, 20_000);
    expect(messages.map(({ data, channel }) => (data?.data as { n?: number } | undefined)?.n ?? channel)).toEqual([
      1,
      2,
      3,
      '/meta/connect',
    ]);
    expect((await world.connect(clientId)).messages).toHaveLength(1);
    await world.poll([{ channel: '/meta/disconnect', clientId }]);
  });

  it('waits for something to come', async () => {
    const clientId = await world.pollingClient('admin', '/measurements/*');
    let waits = 0;
    world.onSleep = async () => {
      if (++waits === 5) await world.change(measurement(DEVICE));
    };
    const { messages } = await world.connect(clientId, 20_000);
    world.onSleep = async () => undefined;
    expect(messages.map(({ channel }) => channel)).toEqual([`/measurements/${DEVICE}`, '/meta/connect']);
    await world.poll([{ channel: '/meta/disconnect', clientId }]);
  });

  it('never waits longer than API Gateway does, whatever the client advises', async () => {
    const clientId = await world.pollingClient('admin', '/measurements/*');
    const began = world.clock.now();
    const { messages } = await world.connect(clientId, 5_400_000);
    expect(world.clock.now() - began).toBeGreaterThan(20_000);
    expect(world.clock.now() - began).toBeLessThan(29_000);
    expect(messages).toEqual([
      {
        channel: '/meta/connect',
        successful: true,
        clientId,
        advice: { reconnect: 'retry', interval: 0, timeout: 25_000 },
      },
    ]);
    await world.poll([{ channel: '/meta/disconnect', clientId }]);
  });

  it('ends the earlier of two polls', async () => {
    const clientId = await world.pollingClient('admin', '/measurements/*');
    const began = world.clock.now();
    let again: Promise<unknown> | undefined;
    world.onSleep = async () => {
      again ??= world.connect(clientId, 0);
      await again;
    };
    await world.connect(clientId, 20_000);
    world.onSleep = async () => undefined;
    expect(world.clock.now() - began).toBeLessThan(5_000);
    await world.poll([{ channel: '/meta/disconnect', clientId }]);
  });
});

describe('a subscriber', () => {
  it('whose WebSocket is gone finds what it missed when it is back, and is forgotten when it is not', async () => {
    const clientId = await world.webSocketClient('lost', 'admin', '/measurements/*');
    await world.say('lost', { channel: '/meta/connect', clientId });
    world.gone.add('lost');
    await world.change(measurement(DEVICE, { n: 1 }));
    await world.disconnected('lost');
    await world.change(measurement(DEVICE, { n: 2 }));
    await openWebSocket(world.deps, { connectionId: 'back', baseUrl: BASE_URL });
    const reply = await world.say('back', { channel: '/meta/connect', clientId });
    const missed = [...world.heard('back'), ...reply].flatMap(({ data }) => (data ? [data.data] : []));
    expect(missed).toMatchObject([{ n: 1 }, { n: 2 }]);
    world.posted.clear();
    expect(await world.change(measurement(DEVICE, { n: 3 }))).toBe(1);
    expect(world.heard('back')).toHaveLength(1);
    world.gone.add('back');
    await world.disconnected('back');
    world.clock.advance(60_000);
    await world.change(measurement(DEVICE));
    expect(await world.say('one', { channel: '/meta/connect', clientId })).toMatchObject([
      { error: '402::Unknown client' },
    ]);
  });

  it('that cannot be reached does not keep the others from theirs', async () => {
    const broken = await world.webSocketClient('broken', 'admin', '/measurements/*');
    const well = await world.webSocketClient('well', 'admin', '/measurements/*');
    expect(await world.change(measurement(DEVICE))).toBe(1);
    expect(world.unreachable).toHaveLength(1);
    expect(world.heard('well')).toHaveLength(1);
    await world.say('broken', { channel: '/meta/disconnect', clientId: broken });
    await world.say('well', { channel: '/meta/disconnect', clientId: well });
  });

  it('that never polls again is dropped, with all that waited for it', async () => {
    const clientId = await world.pollingClient('admin', '/measurements/*');
    for (let minute = 0; minute < 30; minute++) {
      await world.change(measurement(DEVICE));
      world.clock.advance(5_000);
    }
    const own = { text: 'pk = :pk', values: { ':pk': `RT#${clientId}` } };
    expect((await world.tables.registry.query({ where: own })).items).toEqual([]);
    expect(await world.change(measurement(DEVICE))).toBe(0);
  });

  it.each(['connect', 'change'])('whose password changed is dropped by name at the next %s', async (next) => {
    const name = `expiring-${next}`;
    const clientId = await world.webSocketClient(name, 'second', '/measurements/*');
    const other = await world.webSocketClient(`${name}-other`, 'admin', '/measurements/*');
    await world.changePassword('second', `new for ${next}`);
    const error = '403::Credentials are no longer valid';
    if (next === 'connect') {
      expect(await world.say(name, { channel: '/meta/connect', clientId })).toMatchObject([{ error }]);
    } else {
      expect(await world.change(measurement(DEVICE))).toBe(1);
      expect(world.heard(name)).toMatchObject([{ error, advice: { reconnect: 'none' } }]);
      expect(world.closed).toContain(name);
    }
    world.posted.clear();
    expect(await world.change(measurement(DEVICE))).toBe(1);
    expect(world.heard(name)).toEqual([]);
    await world.changePassword('second', 'secret');
    await world.say(`${name}-other`, { channel: '/meta/disconnect', clientId: other });
  });

  it('that ignores the interval between connects is held', async () => {
    const clientId = await world.webSocketClient('eager', 'admin', '/alarms/*');
    const connect = { channel: '/meta/connect', clientId };
    const began = world.clock.now();
    const [first] = await world.say('eager', connect);
    expect(first?.advice).toMatchObject({ interval: 30_000 });
    expect(world.clock.now()).toBe(began);
    await world.say('eager', connect);
    expect(world.clock.now() - began).toBe(20_000);
  });
});
