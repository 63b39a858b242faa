import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest, type Uplink } from '../../lib/mqtt/ingest';
import { runs } from '../fuzz/runs';
import { historyOf, TENANT, Uplinks } from './uplinks';

let uplinks: Uplinks;
let number = 0;
beforeAll(async () => {
  uplinks = await Uplinks.start();
});
afterAll(() => uplinks.tables.close());

/** A device and its messages, five seconds from one to the next. */
const device = (sent: readonly string[]) => uplinks.minuteOf(`rest${++number}`, sent);
const arrive = async (message: Uplink | undefined) => message && ingest(message, uplinks.instance());

/** What follows from maintenance. `lastMessage` is not exact, so it is left out. */
async function stateOf(serial: string) {
  const id = (await uplinks.services.identity.find(TENANT, 'c8y_Serial', serial))?.managedObjectId ?? '';
  const {
    c8y_RequiredAvailability: required,
    c8y_Availability: availability,
    c8y_Connection: connection,
  } = (await uplinks.services.inventory.get(TENANT, id))?.fragments ?? {};
  const alarms: unknown[] = [];
  for await (const { type, status, count, text } of uplinks.services.alarms.list(TENANT, { source: id }))
    alarms.push({ type, status, count, text });
  const tenantWide: unknown[] = [];
  for await (const { source, type, status } of uplinks.services.alarms.list(TENANT))
    if (source === id) tenantWide.push({ type, status });
  const { lastMessage: _, ...life } = (availability ?? {}) as { lastMessage?: string };
  return {
    required,
    life,
    connection,
    alarms: alarms.map((one) => JSON.stringify(one)).sort(),
    tenantWide: tenantWide.length,
  };
}

async function inOrder(sent: readonly string[]) {
  const { serial, messages } = await device(sent);
  for (const message of messages) await arrive(message);
  return stateOf(serial);
}

describe('maintenance and alarms', () => {
  it('takes an alarm back that was raised in a maintenance of which the platform hears later', async () => {
    const { serial, messages } = await device(['301,acme_Early', '117,0', '301,acme_Late']);
    await arrive(messages[0]);
    await arrive(messages[2]);
    expect((await stateOf(serial)).alarms).toHaveLength(2);
    await arrive(messages[1]);
    expect((await stateOf(serial)).alarms).toEqual([expect.stringContaining('acme_Early')]);
    expect((await stateOf(serial)).tenantWide).toBe(1);
  });

  it('brings an alarm back that was raised before the maintenance, and one raised after it', async () => {
    const { serial, messages } = await device([
      '301,acme_Early',
      '117,0',
      '107,c8y_RequiredAvailability',
      '301,acme_Late',
    ]);
    for (const n of [1, 0, 3, 2]) await arrive(messages[n]);
    expect((await stateOf(serial)).alarms).toHaveLength(2);
  });

  it('of a device that is heard of again shows it connected', async () => {
    const sent = ['117,0', '107,c8y_RequiredAvailability', '117,30'];
    const { serial, messages } = await device(sent);
    for (const n of [2, 0, 1]) await arrive(messages[n]);
    expect(await stateOf(serial)).toEqual(await inOrder(sent));
    expect(await stateOf(serial)).toMatchObject({ connection: { status: 'CONNECTED' }, life: { status: 'AVAILABLE' } });
  });

  it('tells listeners that an alarm is gone, and that it is back', async () => {
    const { messages, serial } = await device(['117,0', '301,acme_Hot']);
    await arrive(messages[1]);
    const { alarms, identity } = uplinks.services;
    const device_ = (await identity.find(TENANT, 'c8y_Serial', serial))?.managedObjectId ?? '';
    const heard = uplinks.call();
    const at = `${String(uplinks.clock.now() - 60_000).padStart(13, '0')}-`;
    const from = uplinks.clock.now() - 60_000;
    await alarms.applyMaintenance(heard, { id: device_ }, { version: 1, from, changes: [{ at, on: true }] });
    await alarms.applyMaintenance(heard, { id: device_ }, { version: 2, from, changes: [{ at, on: false }] });
    await alarms.applyMaintenance(heard, { id: device_ }, { version: 1, from, changes: [{ at, on: true }] });
    expect(heard.effects.changes.map(({ change }) => change.action)).toEqual(['DELETE', 'CREATE']);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'follow from a 117 that died before call %i and came again long after the journal',
    async (call) => {
      const { serial, messages } = await device(['117,30', '117,60']);
      const [first, second] = messages;
      if (first === undefined || second === undefined) throw new Error('no messages');
      await uplinks.tables.calls.failAt(call, () => arrive(first));
      await arrive({ ...second, receivedAt: first.receivedAt + 10 * 60_000 });
      await arrive(first);
      expect(await stateOf(serial)).toEqual(await inOrder(['117,30', '117,60']));
    },
  );

  it('end the same whatever order a minute of messages arrives in, twice each and by several instances', async () => {
    const publish = fc.constantFrom(
      '117,0',
      '117,30',
      '107,c8y_RequiredAvailability',
      '301,acme_Hot,first',
      '302,acme_Hot,second',
      '306,acme_Hot',
      '303,acme_Cold',
      '211,20',
    );
    const history = historyOf(publish, 6);
    await fc.assert(
      fc.asyncProperty(history, async ([sent, arrival, atOnce]) => {
        const { serial, messages } = await device(sent);
        if (atOnce) await Promise.all(messages.map(arrive));
        for (const n of arrival) await arrive(messages[n]);
        expect(await stateOf(serial)).toEqual(await inOrder(sent));
      }),
      { numRuns: runs(10) },
    );
  }, 600_000);
});
