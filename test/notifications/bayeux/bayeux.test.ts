import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MESSAGES_PER_REQUEST } from '../../../lib/notifications/limits';
import { answerMessage, openWebSocket } from '../../../lib/notifications/transports/web-socket';
import { BASE_URL, CHILD, DEVICE, FOREIGN, handshakeOf, measurement, RealtimeWorld, TENANT } from '../fixture';

let world: RealtimeWorld;
beforeAll(async () => {
  world = await RealtimeWorld.start();
});
// clients of earlier tests have gone
beforeEach(() => world.clock.advance(600_000));
afterAll(() => world.close());

const basic = (user: string, password = 'secret'): string => `Basic ${world.token(user, password)}`;
const subscribe = (clientId: string, subscription: unknown, id = '7'): object => ({
  channel: '/meta/subscribe',
  clientId,
  subscription,
  id,
});

describe('a handshake', () => {
  it('gives a client ID and says what is spoken', async () => {
    const { statusCode, messages } = await world.poll([handshakeOf(world.token('admin'))]);
    expect(statusCode).toBe(200);
    expect(messages).toEqual([
      {
        channel: '/meta/handshake',
        successful: true,
        clientId: expect.stringMatching(/^[0-9a-f]{40}$/),
        version: '1.0',
        minimumVersion: '1.0',
        supportedConnectionTypes: ['long-polling', 'smartrest-long-polling', 'websocket'],
        advice: { reconnect: 'retry', interval: 0, timeout: 25_000 },
        id: '1',
      },
    ]);
  });

  it('takes the identity of the Authorization header', async () => {
    const { messages } = await world.poll([{ channel: '/meta/handshake' }], { authorization: basic('admin') });
    expect(messages).toMatchObject([{ successful: true }]);
  });

  it('takes the identity of the upgrade request of a WebSocket', async () => {
    const upgrade = { connectionId: 'upgraded', baseUrl: BASE_URL };
    expect(await openWebSocket(world.deps, { ...upgrade, authorization: basic('admin', 'wrong') })).toBe(false);
    expect(await openWebSocket(world.deps, { ...upgrade, authorization: basic('admin') })).toBe(true);
    expect(await world.say('upgraded', { channel: '/meta/handshake' })).toMatchObject([{ successful: true }]);
  });

  it.each([
    ['nothing', {}],
    ['a wrong password', { authorization: 'Basic dDEwMC9hZG1pbjp3cm9uZw==' }],
    ['a user without a role', { authorization: `Basic ${Buffer.from('t100/nobody:secret').toString('base64')}` }],
  ])('with %s is denied', async (_, options) => {
    const { messages } = await world.poll([{ channel: '/meta/handshake', id: 3 }], options);
    expect(messages).toEqual([
      {
        channel: '/meta/handshake',
        successful: false,
        error: '403::Handshake denied',
        advice: { reconnect: 'none' },
        id: 3,
      },
    ]);
  });

  it.each([
    '/notification/realtime',
    '/notification/realtime/',
    '/notification/realtime/handshake',
    '/notification/operations',
    '/cep/realtime',
    '/cep/realtime/handshake',
  ])('is answered at %s', async (path) => {
    expect((await world.poll([handshakeOf(world.token('admin'))], { path })).messages[0]?.successful).toBe(true);
  });

  it('is answered nowhere else, and only to a POST', async () => {
    expect((await world.poll([], { path: '/notification/unreal' })).statusCode).toBe(404);
    const answer = await world.poll([], { method: 'GET' });
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
  });
});

describe('a client nobody knows', () => {
  it.each(['/meta/connect', '/meta/subscribe', '/meta/unsubscribe', '/meta/disconnect'])(
    'is told so at %s, and to shake hands',
    async (channel) => {
      const { messages } = await world.poll([
        { channel, clientId: 'f'.repeat(40), subscription: '/alarms/*', id: '2' },
      ]);
      expect(messages).toEqual([
        {
          channel,
          successful: false,
          error: '402::Unknown client',
          advice: { reconnect: 'handshake', interval: 0 },
          id: '2',
        },
      ]);
    },
  );

  it('is one that stayed away too long', async () => {
    const clientId = await world.pollingClient('admin', '/alarms/*');
    world.clock.advance(120_000);
    expect((await world.connect(clientId)).messages[0]?.error).toBe('402::Unknown client');
  });
});

describe('a subscription', () => {
  it.each([
    `/measurements/${DEVICE}`,
    '/measurements/*',
    `/alarms/${DEVICE}`,
    `/events/${CHILD}`,
    `/managedobjects/${DEVICE}`,
    `/operations/${DEVICE}`,
    '/operations/*',
    `/alarmsWithChildren/${DEVICE}`,
    `/eventsWithChildren/${DEVICE}`,
    `/${DEVICE}`,
  ])('to %s is taken', async (channel) => {
    const clientId = await world.pollingClient('admin');
    expect((await world.poll([subscribe(clientId, channel)])).messages).toEqual([
      { channel: '/meta/subscribe', successful: true, clientId, subscription: channel, id: '7' },
    ]);
  });

  it.each([
    '/**',
    '/*',
    '/measurements/**',
    '/alarmsWithChildren/*',
    `/t200/measurements/${FOREIGN}`,
    '/measurements/1/2',
    '/unknown/*',
    'measurements/*',
    '',
    '/meta/connect',
  ])('to %j is denied by name', async (channel) => {
    const clientId = await world.pollingClient('admin');
    expect((await world.poll([subscribe(clientId, channel)])).messages).toEqual([
      {
        channel: '/meta/subscribe',
        successful: false,
        subscription: channel,
        error: `403::Subscription denied: ${channel} is no channel`,
        id: '7',
      },
    ]);
  });

  it("to another tenant's object is denied: it does not exist here", async () => {
    const clientId = await world.pollingClient('admin');
    for (const channel of [`/measurements/${FOREIGN}`, `/alarmsWithChildren/${FOREIGN}`, `/${FOREIGN}`]) {
      const [reply] = (await world.poll([subscribe(clientId, channel)])).messages;
      expect(reply?.error).toBe(`403::Subscription denied: ${channel}`);
    }
  });

  it('of a device user is to its own objects only', async () => {
    const own = await world.pollingClient('device_a');
    const other = await world.pollingClient('device_b');
    const taken = async (clientId: string, channel: string) =>
      (await world.poll([subscribe(clientId, channel)])).messages[0]?.successful;
    expect(await taken(own, `/operations/${DEVICE}`)).toBe(true);
    expect(await taken(own, '/operations/*')).toBe(false);
    expect(await taken(other, `/operations/${DEVICE}`)).toBe(false);
  });

  it('to several channels is taken as a whole or not at all', async () => {
    const clientId = await world.webSocketClient('several', 'admin');
    const [denied] = await world.say('several', subscribe(clientId, [`/measurements/${DEVICE}`, '/**']));
    expect(denied?.successful).toBe(false);
    expect(await world.change(measurement(DEVICE))).toBe(0);
    const [taken] = await world.say('several', subscribe(clientId, [`/measurements/${DEVICE}`, '/alarms/*']));
    expect(taken).toMatchObject({ successful: true, subscription: [`/measurements/${DEVICE}`, '/alarms/*'] });
    expect(await world.change(measurement(DEVICE))).toBe(1);
    await world.say('several', { channel: '/meta/disconnect', clientId });
  });

  it('ends by /meta/unsubscribe', async () => {
    const clientId = await world.webSocketClient('ending', 'admin', '/measurements/*');
    expect(await world.change(measurement(DEVICE))).toBe(1);
    await world.say('ending', { channel: '/meta/unsubscribe', clientId, subscription: '/measurements/*' });
    expect(await world.change(measurement(DEVICE))).toBe(0);
  });

  it('leaves nothing behind in the database when its client says goodbye', async () => {
    const before = await world.tables.registry.query({
      where: { text: 'pk = :pk', values: { ':pk': 'T#t100#CHANNEL#events/*' } },
    });
    const clientId = await world.webSocketClient('leaving', 'admin', '/events/*');
    await world.say('leaving', { channel: '/meta/disconnect', clientId });
    const after = await world.tables.registry.query({
      where: { text: 'pk = :pk', values: { ':pk': 'T#t100#CHANNEL#events/*' } },
    });
    expect(after.items).toEqual(before.items);
    const own = { text: 'pk = :pk', values: { ':pk': `RT#${clientId}` } };
    expect((await world.tables.registry.query({ where: own })).items).toEqual([]);
  });

  it('makes the tenant one with listeners, and connects keep it so', async () => {
    const listening = async () => (await world.listeners.listeningIn(TENANT)).notify;
    world.clock.advance(3_600_000);
    expect(await listening()).toBe(false);
    const clientId = await world.webSocketClient('listening', 'admin', '/alarms/*');
    expect(await listening()).toBe(true);
    for (let minute = 0; minute < 20; minute++) {
      world.clock.advance(60_000 / 2);
      await world.say('listening', { channel: '/meta/connect', clientId });
    }
    expect(await listening()).toBe(true);
    world.clock.advance(3_600_000);
    expect(await listening()).toBe(false);
  });
});

describe('bad input', () => {
  it.each([
    ['no JSON', '{"channel":', '400::Malformed message: not JSON'],
    ['a number', '7', '400::Malformed message: not an array of Bayeux messages'],
    ['an empty array', '[]', '400::Malformed message: not an array of Bayeux messages'],
    ['a message without a channel', '[{"id":"1"}]', '400::Malformed message: not an array of Bayeux messages'],
    ['a channel that is an object', '[{"channel":{}}]', '400::Malformed message: not an array of Bayeux messages'],
    ['null', '[null]', '400::Malformed message: not an array of Bayeux messages'],
  ])('%s is refused by name, on both transports', async (_, body, error) => {
    await openWebSocket(world.deps, { connectionId: 'bad', baseUrl: BASE_URL });
    const { statusCode, messages } = await world.poll(body);
    expect(statusCode).toBe(400);
    expect(messages).toEqual([{ channel: '/meta/unsuccessful', successful: false, error }]);
    expect(JSON.parse(await answerMessage(world.deps, 'bad', body))).toEqual(messages);
  });

  it('a frame of a megabyte is refused without being read', async () => {
    const { statusCode, messages } = await world.poll(JSON.stringify([{ channel: 'x'.repeat(1024 * 1024) }]));
    expect(statusCode).toBe(413);
    expect(messages[0]?.error).toBe('413::Message too large: the limit is 131072 bytes');
  });

  it('more messages than a request may have are refused', async () => {
    const many = Array.from({ length: MESSAGES_PER_REQUEST + 1 }, () => ({ channel: '/meta/connect' }));
    expect((await world.poll(many)).messages[0]?.error).toBe('413::Too many messages: 501, the limit is 500');
  });

  it('publishing and unknown meta channels are refused by name', async () => {
    const clientId = await world.pollingClient('admin');
    const channels = ['/measurements/1', '/meta/publish', 'constructor', '__proto__'];
    const refused = [
      '403::Publishing is not possible: /measurements/1',
      '404::Unknown channel: /meta/publish',
      '403::Publishing is not possible: constructor',
      '403::Publishing is not possible: __proto__',
    ];
    for (const sender of [{}, { clientId }]) {
      const { messages } = await world.poll(channels.map((channel) => ({ channel, ...sender })));
      expect(messages.map(({ error }) => error)).toEqual(refused);
    }
  });
});

describe('a session belongs to the user of its handshake', () => {
  const refused = (channel: string) => ({
    channel,
    successful: false,
    error: '402::Unknown client',
    advice: { reconnect: 'handshake', interval: 0 },
  });
  const CHANNELS = ['/meta/connect', '/meta/subscribe', '/meta/unsubscribe', '/meta/disconnect'];

  it.each([
    ['another user of the tenant', () => basic('second')],
    ['a user of another tenant', () => `Basic ${Buffer.from('t200/admin:secret').toString('base64')}`],
    ['a wrong password', () => basic('admin', 'wrong')],
  ])('and %s does not get its notifications', async (_, authorization) => {
    const clientId = await world.pollingClient('admin', '/measurements/*');
    expect(await world.change(measurement(DEVICE))).toBe(1);
    for (const channel of CHANNELS) {
      const message = { channel, clientId, subscription: '/alarms/*', advice: { timeout: 0 } };
      const { messages } = await world.poll([message], { authorization: authorization() });
      expect(messages).toEqual([refused(channel)]);
    }
    const { messages } = await world.poll([{ channel: '/meta/connect', clientId, advice: { timeout: 0 } }], {
      authorization: basic('admin'),
    });
    expect(messages.map(({ channel }) => channel)).toEqual([`/measurements/${DEVICE}`, '/meta/connect']);
  });

  it('also when a message carries the other credentials itself', async () => {
    const clientId = await world.pollingClient('admin');
    const ext = { 'com.cumulocity.authn': { token: world.token('second') } };
    expect((await world.poll([{ channel: '/meta/connect', clientId, ext }])).messages).toEqual([
      refused('/meta/connect'),
    ]);
  });

  it('also over a WebSocket that was opened as somebody else', async () => {
    const clientId = await world.webSocketClient('mine', 'admin', '/measurements/*');
    await openWebSocket(world.deps, { connectionId: 'theirs', baseUrl: BASE_URL, authorization: basic('second') });
    expect(await world.say('theirs', { channel: '/meta/connect', clientId })).toEqual([refused('/meta/connect')]);
    await world.change(measurement(DEVICE));
    expect(world.heard('theirs')).toEqual([]);
    expect(world.heard('mine')).toHaveLength(1);
  });

  it('and a WebSocket keeps the session of the handshake that was made on it', async () => {
    await openWebSocket(world.deps, { connectionId: 'login', baseUrl: BASE_URL, authorization: basic('second') });
    const [handshake] = await world.say('login', handshakeOf(world.token('admin')));
    const connect = { channel: '/meta/connect', clientId: handshake?.clientId };
    expect(await world.say('login', connect)).toMatchObject([{ successful: true }]);
  });

  it('so a handshake does not take two users', async () => {
    const [handshake] = (await world.poll([handshakeOf(world.token('admin'))], { authorization: basic('second') }))
      .messages;
    expect(handshake).toMatchObject({ successful: false, error: '403::Handshake denied' });
  });
});
