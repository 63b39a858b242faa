import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/base/clock';
import { ingest } from '../../lib/mqtt/ingest';
import { TENANT, Uplinks } from './uplinks';

let uplinks: Uplinks;
beforeAll(async () => {
  uplinks = await Uplinks.start();
});
afterAll(() => uplinks.tables.close());

/** So many messages of one device at once, each in a function instance of its own. Their waits are real. */
async function atOnce(length: number, serial: string, row: (n: number) => string): Promise<string> {
  const { id } = await uplinks.services.devices.ensureRoot(uplinks.call(), serial);
  const messages = Array.from({ length }, (_, n) => uplinks.uplink(serial, 's/us', row(n)));
  const reports = await Promise.all(messages.map((message) => ingest(message, uplinks.instance({}, systemClock))));
  expect(reports.flatMap(({ outcomes }) => outcomes).every(({ result }) => result === 'accepted')).toBe(true);
  return id;
}

describe('many messages at the same moment that change the same item', () => {
  it('are all counted by the alarm, fifty of them', async () => {
    const id = await atOnce(50, 'contention-alarm', () => '301,acme_Hot');
    const counts: number[] = [];
    for await (const alarm of uplinks.services.alarms.list(TENANT, { source: id })) counts.push(alarm.count);
    expect(counts).toEqual([50]);
  });

  it('all write their parameter', async () => {
    const id = await atOnce(20, 'contention-parameters', (n) => `408,,,,acme_Valve.p${n},NUMBER,${n}`);
    const object = await uplinks.services.inventory.get(TENANT, id);
    expect(object?.fragments.acme_Valve).toEqual(
      Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`p${n}`, n])),
    );
  });
});
