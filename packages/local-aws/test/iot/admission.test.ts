import { connect } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Backlog } from '../../src/iot/connections/admission';
import { JournalError } from '../../src/journal';
import { closed, EVERYTHING, granted, Harness, lambdaRule, policy, statement } from './harness';

const COLLECT = lambdaRule('collect', "SELECT clientid() AS client, encode(*, 'base64') AS payload FROM '+/us'");

/** A backlog that holds what it is given until the test takes it out. */
class HeldBacklog implements Backlog {
  #open = 0;
  readonly #listeners: (() => void)[] = [];

  constructor(readonly most: number) {}

  get isFull(): boolean {
    return this.#open >= this.most;
  }

  onRoom(listener: () => void): void {
    this.#listeners.push(listener);
  }

  add(): void {
    this.#open += 1;
  }

  /** So many are done, one after the other. */
  end(count: number): void {
    for (let n = 0; n < count; n++) {
      this.#open -= 1;
      for (const listener of this.#listeners) if (!this.isFull) listener();
    }
  }
}

async function start(backlog: HeldBacklog): Promise<{ harness: Harness; taken: () => string[] }> {
  // the real one grows before the promise of an invocation is returned
  const harness = await Harness.start({ rules: [COLLECT], backlog, invokeAsync: async () => backlog.add() });
  const taken = (): string[] =>
    harness.invocations.map(({ event }) => {
      const { client, payload } = event as { client: string; payload: string };
      return `${client}:${Buffer.from(payload, 'base64').toString()}`;
    });
  return { harness, taken };
}

describe('a full backlog', () => {
  it('makes PUBACKs wait, and lets one message in for each that is done', async () => {
    const backlog = new HeldBacklog(2);
    const { harness, taken } = await start(backlog);
    const client = await harness.connect('d1');
    let acknowledged = 0;
    const all = ['a', 'b', 'c', 'd', 'e'].map((text) =>
      client.publishAsync('s/us', text, { qos: 1 }).then(() => {
        acknowledged += 1;
      }),
    );
    await Promise.all(all.slice(0, 2));
    await harness.event('published', 4);
    expect(taken()).toEqual(['d1:a', 'd1:b']);
    expect(acknowledged).toBe(2);
    backlog.end(1);
    await all[2];
    expect(taken()).toEqual(['d1:a', 'd1:b', 'd1:c']);
    backlog.end(2);
    await Promise.all(all);
    expect(taken()).toEqual(['d1:a', 'd1:b', 'd1:c', 'd1:d', 'd1:e']);
  });

  it('lets connections take turns, and forgets what a closed one wanted', async () => {
    const backlog = new HeldBacklog(1);
    const { harness, taken } = await start(backlog);
    const [busy, calm, gone] = await Promise.all(['busy', 'calm', 'gone'].map((id) => harness.connect(id)));
    await busy?.publishAsync('s/us', '0', { qos: 1 });
    const sent = ['1', '2', '3'].map((text) => busy?.publishAsync('s/us', text, { qos: 1 }));
    await harness.event('published', 3);
    gone?.publish('s/us', 'never', { qos: 1 });
    await harness.event('published', 4);
    const calmly = calm?.publishAsync('s/us', '1', { qos: 1 });
    await harness.event('published', 5);
    gone?.stream.destroy();
    await harness.event('disconnected');
    for (let n = 0; n < 4; n++) backlog.end(1);
    await Promise.all([...sent, calmly]);
    expect(taken()).toEqual(['busy:0', 'busy:1', 'calm:1', 'busy:2', 'busy:3']);
  });

  it('does not hold up the last will of a client that is gone', async () => {
    const backlog = new HeldBacklog(1);
    const { harness, taken } = await start(backlog);
    const will = { topic: 's/us', payload: Buffer.from('will'), qos: 1 as const, retain: false };
    const client = await harness.connect('d1', { will });
    await client.publishAsync('s/us', 'full', { qos: 1 });
    client.stream.destroy();
    await harness.until(() => taken().length === 2);
    expect(taken()).toEqual(['d1:full', 'd1:will']);
  });
});

it('a message that cannot be kept is not acknowledged, and ends the connection', async () => {
  const invokeAsync = () => Promise.reject(new JournalError('the disk is full'));
  const harness = await Harness.start({ rules: [COLLECT], invokeAsync });
  const client = await harness.connect('d1');
  const lost = client.publishAsync('s/us', 'x', { qos: 1 }).then(() => 'acknowledged');
  await closed(client);
  expect(await harness.event('disconnected')).toMatchObject({
    reason: 'SERVER_INITIATED_DISCONNECT',
    detail: 'the disk is full',
  });
  expect(await Promise.race([lost.catch(() => 'refused'), Promise.resolve('open')])).not.toBe('acknowledged');
});

describe('many CONNECTs at once', () => {
  /** CONNACK codes of raw clients that connect at once. */
  async function codes(port: number, clientIds: readonly string[]): Promise<number[]> {
    return Promise.all(
      clientIds.map(
        (clientId) =>
          new Promise<number>((resolve, reject) => {
            const socket = connect(port, '127.0.0.1');
            onTestFinished(() => void socket.destroy());
            const packets = parser();
            packets.on('packet', (packet) => packet.cmd === 'connack' && resolve(packet.returnCode ?? -1));
            socket.on('data', (data) => packets.parse(data)).on('error', reject);
            socket.write(generate({ cmd: 'connect', clientId, username: 't1/d', password: Buffer.from('p') }));
          }),
      ),
    );
  }

  it('wait for a free instance, and are not refused for the time they wait', async () => {
    let running = 0;
    let most = 0;
    const harness = await Harness.start({
      authorizerCalls: 3,
      // far less than all of them need together, and more than one needs
      authorizerTimeout: 250,
      authorize: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 10));
        running -= 1;
        return granted(EVERYTHING);
      },
    });
    const all = Array.from({ length: 300 }, (_, n) => `c${n}`);
    expect(new Set(await codes(harness.ports.mqtt, all))).toEqual(new Set([0]));
    expect(most).toBe(3);
  });

  it('do not ask for a client that has gone away', async () => {
    const asked: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const harness = await Harness.start({
      authorizerCalls: 1,
      authorize: async ({ protocolData }) => {
        asked.push(String(protocolData.mqtt.clientId));
        await held;
        return granted(policy(statement('iot:*', '*')));
      },
    });
    const first = harness.connect('first');
    await expect.poll(() => asked).toEqual(['first']);
    const connects = () => harness.metered.get('connects');
    const socket = connect(harness.ports.mqtt, '127.0.0.1');
    socket.write(generate({ cmd: 'connect', clientId: 'impatient', username: 't1/d', password: Buffer.from('p') }));
    await expect.poll(connects).toBe(2);
    await new Promise((resolve) => socket.once('close', resolve).destroy());
    const third = harness.connect('third');
    await expect.poll(connects).toBe(3);
    release();
    await Promise.all([first, third]);
    expect(asked).toEqual(['first', 'third']);
  });
});
