import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  GetThingShadowCommand,
  PublishCommand,
  SendDirectMessageCommand,
} from '@aws-sdk/client-iot-data-plane';
import { describe, expect, it } from 'vitest';
import { ARN, closed, granted, Harness, lambdaRule, message, policy, statement } from './harness';

const failure = (name: string, status: number, text: RegExp | string = /./) =>
  expect.objectContaining({
    name,
    message: expect.stringMatching(text),
    $metadata: expect.objectContaining({ httpStatusCode: status }),
  });
const payload = Buffer.from('511,d1,run');
const direct = (clientId: string, change = {}) =>
  new SendDirectMessageCommand({ clientId, topic: 's/ds', payload, ...change });

describe('SendDirectMessage', () => {
  it('reaches a client that subscribed nothing, and no rule', async () => {
    const harness = await Harness.start({ rules: [lambdaRule('all', "SELECT * FROM 's/ds'")] });
    const client = await harness.connect('d:ser/1 ü');
    const received = message(client);
    const answer = await harness.sdk().send(direct('d:ser/1 ü', { topic: 's/dc/ä b' }));
    expect(answer).toMatchObject({ message: 'OK', traceId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(await received).toEqual({ topic: 's/dc/ä b', payload: '511,d1,run', qos: 0 });
    await harness.core.idle();
    expect(harness.invocations).toEqual([]);
    expect(await harness.event('directMessage')).toMatchObject({ status: 200, confirmed: false, bytes: 10 });
    expect(harness.metered.get('directMessages')).toBe(1);
  });

  it('waits for the PUBACK, whatever QoS the client subscribed with', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1', { clean: false });
    await client.subscribeAsync('s/ds', { qos: 0 });
    const acknowledging = new Promise<() => void>((resolve) => {
      client.handleMessage = (_, done) => resolve(() => done());
    });
    const received = message(client);
    let answered = false;
    const sending = harness
      .sdk()
      .send(direct('d1', { confirmation: true }))
      .finally(() => {
        answered = true;
      });
    expect(await received).toMatchObject({ qos: 1 });
    const acknowledge = await acknowledging;
    expect(answered).toBe(false);
    acknowledge();
    await expect(sending).resolves.toMatchObject({ message: 'OK' });
    expect(harness.metered.get('acknowledgements')).toBe(1);
  });

  it('confirms many at once, each by its own PUBACK', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    const received: string[] = [];
    client.on('message', (_, body) => received.push(body.toString()));
    const texts = Array.from({ length: 40 }, (_, index) => String(index));
    const sdk = harness.sdk();
    await Promise.all(texts.map((text) => sdk.send(direct('d1', { payload: Buffer.from(text), confirmation: true }))));
    expect(received.sort()).toEqual(texts.sort());
  });

  it('is 504 when no PUBACK comes in time, or the client goes', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    client.handleMessage = () => {};
    const late = failure('GatewayTimeoutException', 504);
    await expect(harness.sdk().send(direct('d1', { confirmation: true, timeout: 1 }))).rejects.toEqual(late);
    const leaving = await harness.connect('d2');
    leaving.handleMessage = () => leaving.stream.destroy();
    const sending = harness.sdk().send(direct('d2', { confirmation: true, timeout: 15 }));
    await expect(sending).rejects.toEqual(late);
  });

  it('is 404 for a client that is not connected, with a word on its session', async () => {
    const harness = await Harness.start();
    await expect(harness.sdk().send(direct('nobody'))).rejects.toEqual(
      failure('ResourceNotFoundException', 404, /^nobody is not connected$/),
    );
    const client = await harness.connect('d1', { clean: false });
    await client.subscribeAsync('s/ds', { qos: 1 });
    await client.endAsync();
    await harness.event('disconnected');
    await expect(harness.sdk().send(direct('d1'))).rejects.toEqual(
      failure('ResourceNotFoundException', 404, /persistent session/),
    );
    expect(await harness.event('directMessage')).toMatchObject({ status: 404 });
  });

  it('is 403 for a sender without permission, checked with the topic', async () => {
    const checks: unknown[] = [];
    const harness = await Harness.start({
      isAllowed: (...check) => {
        checks.push(check);
        return false;
      },
    });
    await harness.connect('d1');
    await expect(harness.sdk('AKIADELIVER').send(direct('d1'))).rejects.toEqual(
      failure('ForbiddenException', 403, /.*/),
    );
    expect(checks).toEqual([['AKIADELIVER', 'iot:SendDirectMessage', `${ARN}:client/d1`, { 'iot:Topic': 's/ds' }]]);
  });

  it('is 403 for a receiver without iot:Receive', async () => {
    const documents = policy(statement('iot:Connect', 'client/*'), statement('iot:Receive', 'topic/s/e'));
    const harness = await Harness.start({ authorize: () => granted(documents) });
    await harness.connect('d1');
    await expect(harness.sdk().send(direct('d1'))).rejects.toEqual(failure('ForbiddenException', 403, /^d1 /));
    await expect(harness.sdk().send(direct('d1', { topic: 's/e' }))).resolves.toBeDefined();
  });

  it.each([
    ['a reserved topic', { topic: '$aws/x' }],
    ['a wildcard topic', { topic: 's/#' }],
    ['a timeout over 15 s', { timeout: 16 }],
    ['a reserved client ID', { clientId: '$x' }],
  ])('is 400 for %s', async (_, change) => {
    const harness = await Harness.start();
    await harness.connect('d1');
    await expect(harness.sdk().send(direct('d1', change))).rejects.toEqual(failure('InvalidRequestException', 400));
  });

  it('is 413 over 128 KB', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    const received = message(client);
    await harness.sdk().send(direct('d1', { payload: Buffer.alloc(131_072, 'x') }));
    expect((await received).payload).toHaveLength(131_072);
    for (const size of [131_073, 300_000]) {
      await expect(harness.sdk().send(direct('d1', { payload: Buffer.alloc(size) }))).rejects.toEqual(
        failure('RequestEntityTooLargeException', 413),
      );
    }
  });

  it('is 429 when the connection has had its share of the second', async () => {
    const harness = await Harness.start({ connectionPublishesPerSecond: 1 });
    await harness.connect('d1');
    const sdk = harness.sdk();
    const sends = await Promise.allSettled(Array.from({ length: 3 }, () => sdk.send(direct('d1'))));
    const refused = sends.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(refused[0]).toMatchObject({ reason: failure('ThrottlingException', 429) });
    harness.clock.advance(1000);
    await expect(sdk.send(direct('d1'))).resolves.toBeDefined();
  });
});

describe('a client that does not read', () => {
  it('is throttled before it fills the memory', async () => {
    const harness = await Harness.start({ connectionPublishesPerSecond: 1000 });
    const client = await harness.connect('d1');
    client.stream.pause();
    const sdk = harness.sdk();
    const flood = async (): Promise<void> => {
      for (let count = 0; count < 500; count++) {
        await sdk.send(direct('d1', { payload: Buffer.alloc(131_072) }));
      }
    };
    await expect(flood()).rejects.toEqual(failure('ThrottlingException', 429));
  });
});

describe('Publish', () => {
  it('reaches subscribers and rules, without client ID and trace id', async () => {
    const sql = `SELECT clientid() AS c, traceid() AS t, get_mqtt_property('response_topic') AS r FROM 'a/b'`;
    const harness = await Harness.start({ rules: [lambdaRule('all', sql)] });
    const client = await harness.connect('d1');
    await client.subscribeAsync('a/b', { qos: 1 });
    const received = message(client);
    await harness.sdk().send(new PublishCommand({ topic: 'a/b', qos: 1, payload, responseTopic: 'r/t' }));
    expect(await received).toEqual({ topic: 'a/b', payload: '511,d1,run', qos: 1 });
    await harness.core.idle();
    expect(harness.invocations[0]?.event).toEqual({ c: 'n/a', r: 'r/t' });
  });

  it('needs iot:Publish, and iot:RetainPublish to retain', async () => {
    const harness = await Harness.start({
      isAllowed: (_, action, resource) => action === 'iot:Publish' && resource === `${ARN}:topic/a/b`,
    });
    const publish = (topic: string, retain = false) =>
      harness.sdk().send(new PublishCommand({ topic, payload, retain }));
    await expect(publish('a/b')).resolves.toBeDefined();
    await expect(publish('a/b', true)).rejects.toEqual(failure('ForbiddenException', 403, /.*/));
    await expect(publish('a/c')).rejects.toEqual(failure('ForbiddenException', 403, /.*/));
    await expect(publish('$aws/x')).rejects.toEqual(failure('InvalidRequestException', 400));
  });
});

describe('GetConnection', () => {
  it('tells of a client that is connected, was connected, never was', async () => {
    const harness = await Harness.start();
    const get = () => harness.sdk().send(new GetConnectionCommand({ clientId: 'd1' }));
    await expect(get()).rejects.toEqual(failure('ResourceNotFoundException', 404));
    const client = await harness.connect('d1', { keepalive: 60 });
    expect(await get()).toMatchObject({
      clientId: 'd1',
      connected: true,
      cleanSession: true,
      keepAliveDuration: 60,
      connectedSince: expect.any(Number),
    });
    expect((await get()).sourceIp).toBeUndefined();
    const withSocket = new GetConnectionCommand({ clientId: 'd1', includeSocketInformation: true });
    expect(await harness.sdk().send(withSocket)).toMatchObject({
      sourceIp: '127.0.0.1',
      targetPort: harness.ports.mqtt,
    });
    await client.endAsync();
    await harness.event('disconnected');
    expect(await get()).toMatchObject({ connected: false, disconnectReason: 'CLIENT_INITIATED_DISCONNECT' });
    harness.clock.advance(1_800_000);
    await expect(get()).rejects.toEqual(failure('ResourceNotFoundException', 404));
  });
});

describe('DeleteConnection', () => {
  const will = { topic: 'w', payload: Buffer.from('gone'), qos: 0 as const, retain: false };

  it.each([false, true])('ends the connection; prevents the will: %s', async (preventWillMessage) => {
    const rules = [lambdaRule('will', "SELECT topic() AS t FROM '+'")];
    const harness = await Harness.start({ rules });
    const client = await harness.connect('d1', { will });
    await harness.sdk().send(new DeleteConnectionCommand({ clientId: 'd1', preventWillMessage }));
    await closed(client);
    expect(await harness.event('disconnected')).toMatchObject({ clientId: 'd1', reason: 'API_INITIATED_DISCONNECT' });
    await (await harness.connect('d2')).publishAsync('last', '', { qos: 1 });
    await harness.until(() => harness.invocations.length === (preventWillMessage ? 1 : 2));
    const topics = harness.invocations.map(({ event }) => (event as { t: string }).t);
    expect(topics).toEqual(preventWillMessage ? ['last'] : ['w', 'last']);
  });

  it('removes the session when asked to', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1', { clean: false });
    await client.subscribeAsync('a/b', { qos: 1 });
    await harness.sdk().send(new DeleteConnectionCommand({ clientId: 'd1', cleanSession: true }));
    await harness.event('disconnected');
    await expect(harness.sdk().send(direct('d1'))).rejects.toEqual(
      failure('ResourceNotFoundException', 404, /not connected$/),
    );
    await expect(harness.sdk().send(new DeleteConnectionCommand({ clientId: 'd1' }))).rejects.toEqual(
      failure('ResourceNotFoundException', 404),
    );
  });
});

describe('other requests', () => {
  it('are refused with a status the SDK understands', async () => {
    const harness = await Harness.start();
    await expect(harness.sdk().send(new GetThingShadowCommand({ thingName: 'x' }))).rejects.toEqual(
      failure('MethodNotAllowedException', 405),
    );
    const unsigned = await fetch(`${harness.dataPlaneUrl}/topics/a`, { method: 'POST' });
    expect(unsigned.status).toBe(401);
    const authorization = 'AWS4-HMAC-SHA256 Credential=A/1/r/s/aws4_request, SignedHeaders=host, Signature=0';
    const undecodable = await fetch(`${harness.dataPlaneUrl}/topics/%ff`, {
      method: 'POST',
      headers: { authorization },
    });
    expect(undecodable.status).toBe(400);
  });
});
