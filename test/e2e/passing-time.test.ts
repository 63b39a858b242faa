import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCirrus } from '../../local/cirrus';
import { type ProvidedCirrus, provided, startTestCirrus } from './support/cirrus';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

let running: RunningCirrus;
let cirrus: ProvidedCirrus;
let rest: Rest;

beforeAll(async () => {
  running = await startTestCirrus();
  cirrus = provided(running);
  rest = new Rest(cirrus);
});
afterAll(() => running.close());

describe('as time goes by', () => {
  it('a device that has settled without s/ds gets operations only once it subscribes', async () => {
    const serial = newSerial('silent');
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.subscribe('s/e');
    await device.publish('s/us', '100,Silent');
    const { id } = await rest.device(serial);
    await running.cloud.idle();
    running.clock.advance(60 * SECOND);
    const operation = await rest.createOperation(id, { c8y_Restart: {} });
    // requests are served in order per device, and this one ends with the delivery to another
    const other = await Device.connect(cirrus, { clientId: newSerial('talking') });
    await other.subscribe('s/ds');
    await other.publish('s/us', '100,Talking');
    await rest.createOperation((await rest.device(other.clientId)).id, { c8y_Restart: {} });
    await other.waitFor('s/ds');
    expect(device.messages).toEqual([]);
    expect((await rest.operation(operation.id)).status).toBe('PENDING');
    await device.subscribe('s/ds');
    expect(await device.waitFor('s/ds')).toBe(`510,${serial}`);
    await Promise.all([device.disconnect(), other.disconnect()]);
  });

  it('a device that has unsubscribed from s/e hears of no more errors', async () => {
    const device = await Device.connect(cirrus, { clientId: newSerial('deaf') });
    await device.subscribe('s/ds', 's/e');
    await device.publish('s/us', '999');
    await device.waitFor('s/e');
    await device.unsubscribe('s/e');
    await running.cloud.idle();
    await device.publish('s/us', ['998', '600']);
    await device.waitFor('s/ds', (row) => row.startsWith('601,'));
    await running.cloud.idle();
    expect(device.rows('s/e')).toEqual(['40,999,No static template for this message id']);
    await device.disconnect();
  });

  it('a connection ends within a day, and what is older than the retention is gone', async () => {
    const serial = newSerial('old');
    const device = await Device.connect(cirrus, { clientId: serial, keepalive: 0 });
    await device.publish('s/us', ['100,Old', '211,21.5', '400,acme_Door,open', '302,acme_Dry,No water']);
    const { id } = await rest.device(serial);
    const kept = async (kind: 'measurement' | 'event' | 'alarm') =>
      (await rest.list(`/${kind}/${kind}s?source=${id}`, `${kind}s`)).length;
    await eventually(async () => expect([await kept('measurement'), await kept('event')]).toEqual([1, 1]));
    running.clock.advance(DAY);
    running.cloud.wake();
    await device.closed();
    running.clock.advance(60 * DAY);
    await eventually(async () => expect([await kept('measurement'), await kept('event')]).toEqual([0, 0]));
    // what still holds is still known
    expect(await kept('alarm')).toBe(1);
    expect(await rest.device(serial)).toMatchObject({ name: 'Old' });
  });
});
