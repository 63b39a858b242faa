import { describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  closed,
  EVERYTHING,
  granted,
  Harness,
  lambdaRule,
  message,
  policy,
  REGION,
  statement,
} from './harness';

const COLLECT = lambdaRule('collect', "SELECT encode(*, 'base64') AS payload, topic() AS topic FROM '+/us'");

describe('PUBLISH', () => {
  it('reaches subscribers with QoS 0 and 1', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    await client.subscribeAsync('a/b', { qos: 1 });
    const first = message(client);
    await client.publishAsync('a/b', 'one', { qos: 1 });
    expect(await first).toEqual({ topic: 'a/b', payload: 'one', qos: 1 });
    const second = message(client);
    await client.publishAsync('a/b', 'two', { qos: 0 });
    expect(await second).toEqual({ topic: 'a/b', payload: 'two', qos: 0 });
    expect(Object.fromEntries(harness.metered)).toMatchObject({ messagesIn: 2, messagesOut: 2, subscribes: 1 });
  });

  it.each([
    ['without permission', 'other', {}, 'FORBIDDEN_ACCESS'],
    ['with RETAIN and no iot:RetainPublish', 's/us', { retain: true }, 'FORBIDDEN_ACCESS'],
    ['on a reserved topic', '$aws/events/presence/connected/d2', {}, 'CLIENT_ERROR'],
    ['on a topic of more than 256 bytes', 'ü'.repeat(129), {}, 'CLIENT_ERROR'],
    ['on a topic with more than seven slashes', 's/us/3/4/5/6/7/8/9', {}, 'CLIENT_ERROR'],
  ])('%s ends the connection', async (_, topic, options, reason) => {
    const documents = policy(statement('iot:Connect', 'client/*'), statement('iot:Publish', 'topic/s/us*', 'topic/$*'));
    const harness = await Harness.start({ rules: [COLLECT], authorize: () => granted(documents) });
    const client = await harness.connect('d1');
    client.publish(topic, 'x', options);
    await closed(client);
    expect(await harness.event('disconnected')).toMatchObject({ clientId: 'd1', reason });
    expect(harness.invocations).toEqual([]);
  });

  it('of 128 KB is accepted, of one byte more ends the connection', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    await client.publishAsync('s/us', Buffer.alloc(128 * 1024), { qos: 1 });
    client.publish('s/us', Buffer.alloc(128 * 1024 + 1));
    await closed(client);
    expect(await harness.event('disconnected')).toMatchObject({ reason: 'CLIENT_ERROR' });
    expect(harness.events.filter(({ kind }) => kind === 'published')).toHaveLength(1);
  });

  it('with QoS 2 is not answered, and the connection stays', async () => {
    const harness = await Harness.start({ rules: [COLLECT] });
    const client = await harness.connect('d1');
    client.publish('s/us', 'two', { qos: 2 });
    expect(await harness.event('discarded')).toMatchObject({ what: 'PUBLISH s/us', reason: 'QoS 2 is not supported' });
    await client.publishAsync('s/us', 'one', { qos: 1 });
    await harness.core.idle();
    expect(harness.invocations.map(({ event }) => event)).toEqual([{ payload: btoa('one'), topic: 's/us' }]);
  });

  it('over the rate of the connection is discarded without an answer', async () => {
    const harness = await Harness.start({ rules: [COLLECT], connectionPublishesPerSecond: 2 });
    const client = await harness.connect('d1');
    const sent = ['1', '2', '3'].map((text) => client.publishAsync('s/us', text));
    await Promise.all(sent);
    expect(await harness.event('discarded')).toMatchObject({
      what: 'PUBLISH s/us',
      reason: 'the publish rate is exceeded',
    });
    harness.clock.advance(1000);
    await client.publishAsync('s/us', '4', { qos: 1 });
    await harness.core.idle();
    const payloads = harness.invocations.map(({ event }) => atob((event as { payload: string }).payload));
    expect(payloads).toEqual(['1', '2', '4']);
  });

  it('is retained with permission, for exact filters only', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    await client.publishAsync('r/t', 'kept', { qos: 1, retain: true });
    const received: string[] = [];
    client.on('message', (topic, _, { retain }) => received.push(`${topic} ${retain}`));
    await client.subscribeAsync('r/#');
    const exact = message(client);
    await client.subscribeAsync('r/t');
    await exact;
    expect(received).toEqual(['r/t true']);
  });

  it('is the last will of a client that is lost', async () => {
    const harness = await Harness.start({
      rules: [lambdaRule('will', "SELECT clientid() AS c, encode(*, 'base64') AS p FROM 's/us'")],
    });
    const client = await harness.connect('d1', { will: { topic: 's/us', payload: Buffer.from('400,gone,x'), qos: 1 } });
    client.stream.destroy();
    await harness.until(() => harness.invocations[0]);
    expect(harness.invocations[0]?.event).toEqual({ c: 'd1', p: btoa('400,gone,x') });
  });
});

describe('SUBSCRIBE', () => {
  const documents = policy(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    statement('iot:Connect', 'client/${iot:ClientId}'),
    statement('iot:Publish', 'topic/*'),
    statement('iot:Subscribe', 'topicfilter/s/ds', 'topicfilter/s/dc/#'),
    statement('iot:Receive', 'topic/s/ds'),
  );

  it('is answered with 0x80 for filters without permission', async () => {
    const harness = await Harness.start({ authorize: () => granted(documents) });
    const client = await harness.connect('d1');
    const granting = await client.subscribeAsync(['s/ds', 's/us', 's/dc/#', 's/+']).catch((error: unknown) => error);
    expect(granting).toBeInstanceOf(Error);
    expect(await harness.event('subscribed')).toEqual({
      kind: 'subscribed',
      clientId: 'd1',
      filters: ['s/ds', 's/dc/#'],
      refused: ['s/us', 's/+'],
    });
    expect(client.connected).toBe(true);
  });

  it('gives only what iot:Receive allows', async () => {
    const harness = await Harness.start({ authorize: () => granted(documents) });
    const client = await harness.connect('d1');
    await client.subscribeAsync(['s/ds', 's/dc/#']);
    const received = message(client);
    await client.publishAsync('s/dc/x', 'hidden', { qos: 1 });
    await client.publishAsync('s/ds', 'seen', { qos: 1 });
    expect(await received).toMatchObject({ topic: 's/ds', payload: 'seen' });
    expect(harness.events.filter(({ kind }) => kind === 'delivered')).toHaveLength(1);
  });

  it('with QoS 2 is not answered, and the connection stays', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    client.subscribe({ 'a/b': { qos: 1 }, 'a/c': { qos: 2 } });
    expect(await harness.event('discarded')).toMatchObject({ what: 'SUBSCRIBE a/c' });
    await client.subscribeAsync('a/b', { qos: 1 });
    expect(await harness.event('subscribed')).toMatchObject({ filters: ['a/b'] });
  });

  it('takes eight filters, and ends the connection for nine', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    const filters = Array.from({ length: 9 }, (_, index) => `f/${index}`);
    await client.subscribeAsync(filters.slice(0, 8));
    client.subscribe(filters, () => {});
    await closed(client);
    expect(await harness.event('disconnected')).toMatchObject({ reason: 'CLIENT_ERROR', detail: '9 filters at once' });
  });

  it('takes fifty filters on a connection, counting what is unsubscribed', async () => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    for (let index = 0; index < 50; index++) await client.subscribeAsync(`f/${index}`);
    await client.unsubscribeAsync('f/0');
    await client.subscribeAsync('f/50');
    client.subscribe('f/51', () => {});
    await closed(client);
    expect(await harness.event('disconnected')).toMatchObject({ reason: 'CLIENT_ERROR' });
  });

  it.each(['$SYS/#', 'a/b/c/d/e/f/g/h/i', 'x'.repeat(257)])('ends the connection for %s', async (filter) => {
    const harness = await Harness.start();
    const client = await harness.connect('d1');
    client.subscribe(filter, () => {});
    await closed(client);
    expect(await harness.event('disconnected')).toMatchObject({ reason: 'CLIENT_ERROR' });
  });

  it('gives a/# what is below a, but not a itself, online and offline', async () => {
    const harness = await Harness.start();
    const persistent = { clean: false };
    const client = await harness.connect('d1', persistent);
    await client.subscribeAsync('a/#', { qos: 1 });
    const sender = await harness.connect('d2');
    const online = message(client);
    await sender.publishAsync('a', 'parent', { qos: 1 });
    await sender.publishAsync('a/b', 'child', { qos: 1 });
    expect(await online).toMatchObject({ topic: 'a/b' });
    await client.endAsync();
    await harness.event('disconnected');
    await sender.publishAsync('a', 'parent', { qos: 1 });
    await sender.publishAsync('a/c', 'queued', { qos: 1 });
    const received: string[] = [];
    await harness.connect('d1', persistent).then(async (again) => {
      again.on('message', (topic) => received.push(topic));
      if (received.length === 0) await message(again);
    });
    expect(received).toEqual(['a/c']);
  });
});

describe('lifecycle events', () => {
  const RULES = [
    'presence/connected',
    'presence/disconnected',
    'subscriptions/subscribed',
    'subscriptions/unsubscribed',
  ];
  const rules = RULES.map((kind) => lambdaRule(kind.replace('/', '_'), `SELECT * FROM '$aws/events/${kind}/+'`));

  it('tell of one connection from CONNECT to its end', async () => {
    const harness = await Harness.start({ rules });
    const client = await harness.connect('d:1');
    await client.subscribeAsync(['s/ds', 's/e']);
    await client.unsubscribeAsync('s/e');
    await client.endAsync();
    await harness.until(() => harness.invocations[3]);
    const common = {
      clientId: 'd:1',
      timestamp: expect.any(Number),
      sessionIdentifier: expect.stringMatching(/^[0-9a-f-]{36}$/),
      principalIdentifier: 'device1',
    };
    expect(harness.invocations.map(({ event }) => event)).toEqual([
      { ...common, eventType: 'connected', ipAddress: '127.0.0.1', versionNumber: 0 },
      { ...common, eventType: 'subscribed', topics: ['s/ds', 's/e'] },
      { ...common, eventType: 'unsubscribed', topics: ['s/e'] },
      {
        ...common,
        eventType: 'disconnected',
        clientInitiatedDisconnect: true,
        disconnectReason: 'CLIENT_INITIATED_DISCONNECT',
        versionNumber: 0,
      },
    ]);
    const sessions = harness.invocations.map(({ event }) => (event as { sessionIdentifier: string }).sessionIdentifier);
    expect(new Set(sessions).size).toBe(1);
    expect(harness.invocations[0]?.source.arn).toBe(`arn:aws:iot:${REGION}:${ACCOUNT}:rule/presence_connected`);
    expect(harness.metered.get('connectedMinutes')).toBe(1);
  });

  it('count the connections of a client, and start again after an hour offline', async () => {
    const harness = await Harness.start({ rules: rules.slice(0, 1) });
    const versions = () => harness.invocations.map(({ event }) => (event as { versionNumber: number }).versionNumber);
    const visit = async (index: number) => {
      const client = await harness.connect('d1');
      await client.endAsync();
      await harness.event('disconnected', index);
    };
    await visit(0);
    await visit(1);
    harness.clock.advance(3_600_000);
    await harness.until(() => harness.invocations.length === 2);
    await visit(2);
    await harness.until(() => harness.invocations.length === 3);
    expect(versions()).toEqual([0, 1, 0]);
  });

  it.each([
    ['CONNECTION_LOST', false],
    ['CLIENT_INITIATED_DISCONNECT', true],
  ])('give the reason %s', async (reason, polite) => {
    const harness = await Harness.start({ rules: rules.slice(1, 2) });
    const client = await harness.connect('d1');
    if (polite) await client.endAsync();
    else client.stream.destroy();
    await harness.until(() => harness.invocations[0]);
    expect(harness.invocations[0]?.event).toMatchObject({
      disconnectReason: reason,
      clientInitiatedDisconnect: polite,
    });
  });

  it('do not exist for client IDs with a wildcard', async () => {
    const harness = await Harness.start({ rules, authorize: () => granted(EVERYTHING) });
    await (await harness.connect('d+1')).endAsync();
    await (await harness.connect('d2')).endAsync();
    await harness.until(() => harness.invocations[1]);
    expect(harness.invocations.map(({ event }) => (event as { clientId: string }).clientId)).toEqual(['d2', 'd2']);
  });
});
