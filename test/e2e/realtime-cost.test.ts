import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCirrus, startCirrus } from '../../local/cirrus';
import { OWN_CLOUD } from '../../local/options';
import { c8yClient, subscribe } from './support/bayeux';
import { type ProvidedCirrus, provided } from './support/cirrus';
import { Device } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

/** How soon a new subscriber is heard of everywhere, in milliseconds. */
const HONOURED_WITHIN = 5_000;
const FAN_OUT = 'cirrus-fanout';

let running: RunningCirrus;
let cirrus: ProvidedCirrus;
let certificateDir: string;
let device: Device;

/** A Cirrus whose meter nobody else moves. */
beforeAll(async () => {
  certificateDir = await mkdtemp(join(tmpdir(), 'cirrus-realtime-'));
  running = await startCirrus(OWN_CLOUD, {}, { certificateDir, retryDelays: [50, 100] });
  cirrus = provided(running);
  device = await Device.connect(cirrus, { clientId: 'metered' });
});
afterAll(async () => {
  await device?.disconnect();
  await running?.close();
  await rm(certificateDir, { recursive: true, force: true });
});

const fanOuts = (): number => running.cloud.meter.units('lambdaRequests', FAN_OUT);
const publish = async (topic: string, ...rows: string[]): Promise<void> => {
  await device.publish(topic, rows);
  await running.cloud.idle();
};

describe('real-time notifications', () => {
  it('cost nothing while nobody listens: no invocation, no message', async () => {
    for (let value = 0; value < 20; value++) await publish('s/us', `211,${value}`);
    await publish('s/us', '301,c8y_Hot,too hot', '400,c8y_Moved,moved');
    expect(fanOuts()).toBe(0);
    expect(running.cloud.meter.units('webSocketMessages')).toBe(0);
  });

  it('reach a new subscriber within five seconds, and the meter shows them', async () => {
    const { id } = await new Rest(cirrus).device('metered');
    const client = c8yClient(cirrus, 'websocket');
    const listener = await subscribe(client, `/measurements/${id}`);
    const subscribed = Date.now();
    await eventually(
      async () => {
        await publish('s/us', '211,1');
        if (listener.heard.length === 0) throw new Error('not yet');
      },
      { timeout: HONOURED_WITHIN },
    );
    expect(Date.now() - subscribed).toBeLessThan(HONOURED_WITHIN);
    expect(fanOuts()).toBeGreaterThan(0);
    expect(running.cloud.meter.units('webSocketMessages')).toBeGreaterThan(0);
    client.realtime.disconnect();
    await running.cloud.idle();
  });

  it('are not sent for what is quiescent or for event processing only', async () => {
    const { id } = await new Rest(cirrus).device('metered');
    const client = c8yClient(cirrus, 'websocket');
    const listener = await subscribe(client, `/measurements/${id}`);
    await publish('q/us', '200,quiescent,T,1');
    await publish('c/us', '200,cep,T,1');
    await publish('t/us', '200,transient,T,1');
    await publish('s/us', '200,persistent,T,1');
    await listener.waitFor(({ data }) => data.data.type === 'persistent');
    await listener.waitFor(({ data }) => data.data.type === 'transient');
    const types = new Set(listener.heard.map(({ data }) => data.data.type));
    expect([...types].sort()).toEqual(['persistent', 'transient']);
    client.realtime.disconnect();
  });

  it('cost nothing again some minutes after the last subscriber has gone', async () => {
    running.clock.advance(10 * 60_000);
    running.cloud.wake();
    const before = fanOuts();
    for (let value = 0; value < 5; value++) await publish('s/us', `211,${value}`);
    expect(fanOuts()).toBe(before);
  });
});
