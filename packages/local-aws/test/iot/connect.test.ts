import { connect as tcpConnect } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { UnsupportedResourceError } from '../../src/iot/iot-resources';
import { ARN, AUTHORIZER_ARN, closed, EVERYTHING, granted, Harness, policy, RESOURCES, statement } from './harness';

const refusedWith = (code: number) => expect.objectContaining({ code });

describe('CONNECT', () => {
  it('asks the authorizer with the event of AWS', async () => {
    const harness = await Harness.start();
    await harness.connect('d:4711', { username: 't1/device?SDK=x', password: 'Pässwört' });
    expect(harness.authorized).toEqual([
      {
        functionArn: AUTHORIZER_ARN,
        source: { principal: 'iot.amazonaws.com', arn: `${ARN}:authorizer/password` },
        event: {
          signatureVerified: false,
          protocols: ['mqtt'],
          protocolData: {
            mqtt: {
              username: 't1/device?SDK=x',
              password: Buffer.from('Pässwört').toString('base64'),
              clientId: 'd:4711',
            },
          },
          connectionMetadata: { id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        },
      },
    ]);
    expect(harness.metered.get('connects')).toBe(1);
  });

  it.each(['mqtts', 'ws', 'wss'] as const)('accepts clients over %s', async (scheme) => {
    const harness = await Harness.start({ tls: true });
    const path = scheme === 'mqtts' ? '' : '/mqtt?token=1';
    const client = await harness.connect('d1', {
      url: `${scheme}://localhost:${harness.ports[scheme]}${path}`,
      servername: 'localhost',
    });
    expect(client.connected).toBe(true);
    const protocols = { mqtts: ['tls', 'mqtt'], ws: ['http', 'mqtt'], wss: ['tls', 'http', 'mqtt'] };
    const tls = { serverName: 'localhost' };
    const http = { headers: expect.objectContaining({ upgrade: 'websocket' }), queryString: '?token=1' };
    expect(harness.authorized[0]?.event).toMatchObject({
      protocols: protocols[scheme],
      protocolData: { ...(scheme !== 'ws' && { tls }), ...(scheme !== 'mqtts' && { http }) },
    });
  });

  it('answers other WebSocket paths, sub-protocols and plain HTTP with a status', async () => {
    const harness = await Harness.start();
    const url = `http://127.0.0.1:${harness.ports.ws}`;
    expect((await fetch(`${url}/mqtt`)).status).toBe(426);
    expect(await upgrade(harness.ports.ws, '/other', 'mqtt')).toMatch(/^HTTP\/1.1 404/);
    expect(await upgrade(harness.ports.ws, '/mqtt', 'chat')).toMatch(/^HTTP\/1.1 400/);
    expect(await upgrade(harness.ports.ws, '/mqtt', 'mqtt')).toMatch(/^HTTP\/1.1 101/);
  });

  it('refuses a wrong password with 4', async () => {
    const harness = await Harness.start({ authorize: () => ({ isAuthenticated: false }) });
    await expect(harness.connect('d1')).rejects.toEqual(refusedWith(4));
    expect(await harness.event('refused')).toMatchObject({ clientId: 'd1', code: 4 });
  });

  it('refuses with 3 when the authorizer fails or takes too long', async () => {
    const failing = await Harness.start({ authorize: () => Promise.reject(new Error('down')) });
    await expect(failing.connect('d1')).rejects.toEqual(refusedWith(3));
    const hanging = await Harness.start({ authorize: () => new Promise(() => {}), authorizerTimeout: 20 });
    await expect(hanging.connect('d1')).rejects.toEqual(refusedWith(3));
  });

  it('refuses an empty and a long client ID with 2', async () => {
    const harness = await Harness.start();
    await expect(harness.connect('', { clean: true })).rejects.toEqual(refusedWith(2));
    await expect(harness.connect('x'.repeat(129))).rejects.toEqual(refusedWith(2));
    await harness.connect('x'.repeat(128));
    expect(harness.authorized).toHaveLength(1);
  });

  it('refuses with 5 and tells of it when the policy does not allow the client ID', async () => {
    const documents = policy(statement('iot:Connect', 'client/other'));
    const harness = await Harness.start({
      authorize: ({ protocolData }) => granted(protocolData.mqtt.clientId === 'watch' ? EVERYTHING : documents),
    });
    const watcher = await harness.connect('watch');
    await watcher.subscribeAsync('$aws/events/presence/connect_failed/+');
    const told = new Promise((resolve) => watcher.once('message', (_, body) => resolve(JSON.parse(body.toString()))));
    await expect(harness.connect('d1')).rejects.toEqual(refusedWith(5));
    expect(await told).toMatchObject({ clientId: 'd1', eventType: 'connect_failed', reason: 'AUTHORIZATION_FAILED' });
  });

  it.each([
    ['a principal with punctuation', { principalId: 'a/b' }],
    ['no principal', { principalId: undefined }],
    ['eleven documents', { policyDocuments: Array(11).fill(EVERYTHING) }],
    ['a document over 2048 characters', { policyDocuments: [policy(statement('iot:Connect', 'x'.repeat(2048)))] }],
    ['a document that is not a policy', { policyDocuments: ['{'] }],
    [
      'a condition, which is not evaluated',
      { policyDocuments: [policy({ ...EVERYTHING.Statement[0], Condition: {} })] },
    ],
    ['a lifetime under five minutes', { disconnectAfterInSeconds: 299 }],
    ['a refresh after more than a day', { refreshAfterInSeconds: 86_401 }],
  ])('refuses an authorizer result with %s', async (_, change) => {
    const harness = await Harness.start({ authorize: () => ({ ...granted(EVERYTHING), ...change }) });
    await expect(harness.connect('d1')).rejects.toEqual(refusedWith(5));
    expect((await harness.event('refused')).reason).toMatch(/result is invalid/);
  });

  it('takes policy documents as text too', async () => {
    const harness = await Harness.start({ authorize: () => granted(JSON.stringify(EVERYTHING)) });
    await expect(harness.connect('d1')).resolves.toBeDefined();
  });

  it('authorises the last will', async () => {
    const documents = policy(statement('iot:Connect', 'client/*'), statement('iot:Publish', 'topic/s/us'));
    const harness = await Harness.start({ authorize: () => granted(documents) });
    const will = (topic: string, rest = {}) => ({
      will: { topic, payload: Buffer.from('x'), qos: 0 as const, ...rest },
    });
    await expect(harness.connect('d1', will('other'))).rejects.toEqual(refusedWith(5));
    await expect(harness.connect('d1', will('s/us', { retain: true }))).rejects.toEqual(refusedWith(5));
    await expect(harness.connect('d1', will('s/us', { qos: 2 }))).rejects.toEqual(refusedWith(5));
    await expect(harness.connect('d1', will('s/us'))).resolves.toBeDefined();
  });

  it('ends the older connection of a client ID', async () => {
    const harness = await Harness.start();
    const older = await harness.connect('d1');
    const gone = closed(older);
    const newer = await harness.connect('d1');
    await gone;
    expect(await harness.event('disconnected')).toMatchObject({ clientId: 'd1', reason: 'DUPLICATE_CLIENTID' });
    expect(newer.connected).toBe(true);
  });

  it('ends connections whose lifetime is over', async () => {
    const harness = await Harness.start({
      authorize: () => ({ ...granted(EVERYTHING), disconnectAfterInSeconds: 300 }),
    });
    const client = await harness.connect('d1');
    harness.clock.advance(299_000);
    expect(client.connected).toBe(true);
    harness.clock.advance(1_000);
    await closed(client);
    expect(await harness.event('disconnected')).toMatchObject({ reason: 'CUSTOMAUTH_TTL_EXPIRATION' });
  });

  it('asks the authorizer again when the policy is due, and ends the connection when it says no', async () => {
    let welcome = true;
    const harness = await Harness.start({
      authorize: () => ({ ...granted(EVERYTHING), isAuthenticated: welcome, refreshAfterInSeconds: 300 }),
    });
    const client = await harness.connect('d1');
    welcome = false;
    harness.clock.advance(300_000);
    await closed(client);
    expect(harness.authorized[1]?.event).toEqual(harness.authorized[0]?.event);
    expect(await harness.event('disconnected')).toMatchObject({ reason: 'AUTH_ERROR' });
  });

  it('refuses MQTT 5 with a reason', async () => {
    const harness = await Harness.start();
    await expect(harness.connect('d1', { protocolVersion: 5 })).rejects.toThrow();
    expect(await harness.event('refused')).toMatchObject({ code: 1, reason: expect.stringContaining('3.1.1') });
  });

  it('ends the connection of a client that is silent for longer than its keep-alive', async () => {
    const harness = await Harness.start();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const socket = tcpConnect(harness.ports.mqtt, '127.0.0.1');
    const keepAlive = 1;
    socket.write(Buffer.from([0x10, 14, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, keepAlive, 0, 2, ...Buffer.from('d1')]));
    await harness.event('connected');
    vi.advanceTimersByTime(44_999);
    expect(harness.events.filter(({ kind }) => kind === 'disconnected')).toEqual([]);
    vi.advanceTimersByTime(10);
    expect(await harness.event('disconnected')).toMatchObject({ reason: 'MQTT_KEEP_ALIVE_TIMEOUT' });
    socket.destroy();
  });

  it('ends every connection when the broker closes', async () => {
    const harness = await Harness.start({ tls: true });
    const urls = [
      `mqtt://127.0.0.1:${harness.ports.mqtt}`,
      `mqtts://127.0.0.1:${harness.ports.mqtts}`,
      `ws://127.0.0.1:${harness.ports.ws}/mqtt`,
      `wss://127.0.0.1:${harness.ports.wss}/mqtt`,
    ];
    const clients = await Promise.all(urls.map((url, index) => harness.connect(`d${index}`, { url })));
    const gone = Promise.all(clients.map(closed));
    await harness.core.close();
    await gone;
    const reasons = harness.events.flatMap((event) => (event.kind === 'disconnected' ? [event.reason] : []));
    expect(reasons).toEqual(Array(4).fill('SERVER_INITIATED_DISCONNECT'));
  });

  it('lets everybody in when it is open', async () => {
    const resources = { authorizers: [], domainConfigurations: [] };
    const shut = await Harness.start({ resources });
    await expect(shut.connect('d1')).rejects.toEqual(refusedWith(5));
    const open = await Harness.start({ resources, open: true });
    await expect(open.connect('d1')).resolves.toBeDefined();
  });

  it('uses each domain configuration for its own protocol', async () => {
    const [mqttOnly] = RESOURCES.domainConfigurations;
    const harness = await Harness.start({ resources: { domainConfigurations: mqttOnly ? [mqttOnly] : [] } });
    await expect(harness.connect('d1')).resolves.toBeDefined();
    const url = `ws://127.0.0.1:${harness.ports.ws}/mqtt`;
    await expect(harness.connect('d2', { url })).rejects.toEqual(refusedWith(5));
  });
});

describe('the template', () => {
  it.each([
    ['signed authorizer', { authorizers: [{ ...RESOURCES.authorizers[0], SigningDisabled: false }] }, /token signing/],
    ['unknown authorizer', { authorizers: [] }, /DefaultAuthorizerName password/],
    [
      'certificate domain configuration',
      { domainConfigurations: [{ DomainConfigurationName: 'x', AuthenticationType: 'AWS_X509' }] },
      /domain configuration x: AuthenticationType AWS_X509/,
    ],
  ])('is refused with a %s', async (_, change, text) => {
    const resources = change as Partial<typeof RESOURCES>;
    await expect(Harness.start({ resources })).rejects.toThrow(UnsupportedResourceError);
    await expect(Harness.start({ resources })).rejects.toThrow(text);
  });
});

describe('hostile bytes', () => {
  it.each([
    ['not MQTT', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a remaining length of five bytes', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['a packet of 256 MB', Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])],
    ['a PUBLISH before CONNECT', Buffer.from([0x30, 0x05, 0x00, 0x01, 0x61, 0x61, 0x61])],
  ])('end the connection: %s', async (_, bytes) => {
    const harness = await Harness.start();
    const socket = tcpConnect(harness.ports.mqtt, '127.0.0.1');
    socket.write(bytes);
    await new Promise((resolve) => socket.once('close', resolve).resume());
    await expect(harness.connect('d1')).resolves.toBeDefined();
  });

  it('do not disturb other TLS clients when a handshake fails', async () => {
    const harness = await Harness.start({ tls: true });
    const socket = tcpConnect(harness.ports.mqtts ?? 0, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('no TLS');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    await expect(harness.connect('d1', { url: `mqtts://localhost:${harness.ports.mqtts}` })).resolves.toBeDefined();
  });
});

function upgrade(port: number, path: string, protocol: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = tcpConnect(port, '127.0.0.1');
    const lines = [`GET ${path} HTTP/1.1`, 'host: x', 'connection: upgrade', 'upgrade: websocket'];
    const key = ['sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='];
    socket.write(`${[...lines, ...key, `sec-websocket-protocol: ${protocol}`].join('\r\n')}\r\n\r\n`);
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
  });
}
