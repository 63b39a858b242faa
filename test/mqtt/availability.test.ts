import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type IngestDeps, ingest } from '../../lib/mqtt/ingest';
import type { Alarm } from '../../lib/platform/model';
import { registryServices } from '../../lib/platform/services';
import { insertTenant } from '../../lib/platform/tenants/items';
import { beginChanges } from '../../lib/platform/unit-of-work';
import { watchTenants } from '../../lib/platform/watch-tenants';
import { callAt } from '../support/calls';
import { TENANT, Uplinks } from './uplinks';

const MINUTE = 60_000;
const SILENT = 'c8y_UnavailabilityAlarm';

let uplinks: Uplinks;
let warm: IngestDeps;
let serial: string;
let number = 0;

beforeAll(async () => {
  uplinks = await Uplinks.start();
  await insertTenant(uplinks.tables.registry, { id: TENANT, name: TENANT, domain: 'localhost', retentionDays: 60 });
});
afterAll(() => uplinks.tables.close());
beforeEach(async () => {
  serial = `watched${++number}`;
  warm = uplinks.instance();
  // nothing of the tests before is due any more
  pass(24 * 60);
  await tick();
});

/** A publish that the broker has at this very moment. */
async function publish(payload: string, { topic = 's/us', by = warm, at = uplinks.clock.now() } = {}): Promise<void> {
  await ingest({ ...uplinks.uplink(serial, topic, payload), receivedAt: at }, by);
  uplinks.clock.advance(1_000);
}
const cost = (payload: string) => uplinks.tables.calls.counting(() => publish(payload));
const pass = (minutes: number) => uplinks.clock.advance(minutes * MINUTE);

async function device(name = serial) {
  const id = (await uplinks.services.identity.find(TENANT, 'c8y_Serial', name))?.managedObjectId ?? '';
  return { id, fragments: (await uplinks.services.inventory.get(TENANT, id))?.fragments ?? {} };
}
async function alarms(name = serial): Promise<Alarm[]> {
  const source = (await device(name)).id;
  const found: Alarm[] = [];
  for await (const alarm of warm.services.alarms.list(TENANT, { source })) found.push(alarm);
  return found;
}
async function tick(): Promise<number> {
  let raised = 0;
  const { clock, tables } = uplinks;
  const services = registryServices({ registry: tables.registry, clock });
  const watched = watchTenants({ services, begin: (origin) => beginChanges({}, origin), clock });
  for await (const tenant of watched) raised += tenant.raised;
  return raised;
}
const iso = (): string => new Date(uplinks.clock.now()).toISOString();

describe('a device of which nothing is required', () => {
  it('costs its reading and nothing more, and has no availability', async () => {
    await publish('211,20');
    const usage = await cost('211,21');
    expect(usage).toMatchObject({ writeUnits: 1, readUnits: 0 });
    expect(Object.values(usage.commands)).toEqual([1]);
    await publish('125');
    expect((await device()).fragments).not.toHaveProperty('c8y_Availability');
    pass(24 * 60);
    await tick();
    expect(await alarms()).toEqual([]);
  });
});

describe('a device with a required interval', () => {
  it('is written alive at once, and then once in each quarter of the interval', async () => {
    await publish('117,40');
    expect((await device()).fragments).toMatchObject({
      c8y_Availability: { status: 'AVAILABLE', lastMessage: expect.any(String) },
      c8y_Connection: { status: 'CONNECTED' },
    });
    const first = await cost('211,20');
    expect(first.commands).not.toHaveProperty('UpdateItem');
    pass(5);
    expect((await cost('211,21')).commands).not.toHaveProperty('UpdateItem');
    pass(5);
    const now = iso();
    const alive = await cost('211,22');
    expect(alive.commands).toMatchObject({ UpdateItem: 1 });
    expect((await device()).fragments.c8y_Availability).toEqual({ status: 'AVAILABLE', lastMessage: now });
    expect((await cost('211,23')).commands).not.toHaveProperty('UpdateItem');
  });

  it.each([
    ['211,20', 's/us'],
    ['125', 's/us'],
    ['400,acme_Boot,ok', 't/us'],
    ['302,acme_Low', 'c/us'],
    ['500', 's/us'],
  ])('is kept alive by %s on %s', async (row, topic) => {
    await publish('100\n117,20');
    pass(15);
    const now = iso();
    await publish(row, { topic });
    expect((await device()).fragments.c8y_Availability).toEqual({ status: 'AVAILABLE', lastMessage: now });
  });

  it('becomes unavailable when it is silent, with one alarm, and available with its next message', async () => {
    await publish('117,20');
    const { c8y_Availability: before } = (await device()).fragments;
    pass(19);
    expect(await tick()).toBe(0);
    pass(7);
    expect(await tick()).toBe(1);
    expect((await device()).fragments.c8y_Availability).toEqual({ ...Object(before), status: 'UNAVAILABLE' });
    expect(await alarms()).toMatchObject([{ type: SILENT, severity: 'MAJOR', status: 'ACTIVE', count: 1 }]);
    pass(60);
    expect(await tick()).toBe(0);
    await publish('211,20');
    expect((await device()).fragments.c8y_Availability).toMatchObject({ status: 'AVAILABLE' });
    expect(await alarms()).toMatchObject([{ type: SILENT, status: 'CLEARED' }]);
    pass(26);
    expect(await tick()).toBe(1);
    expect((await alarms()).map(({ status }) => status)).toEqual(['ACTIVE', 'CLEARED']);
  });

  it('is found by a query of what is due: a tick with nothing due reads two units', async () => {
    await publish('117,20');
    const usage = await uplinks.tables.calls.counting(tick);
    expect(usage.commands).toEqual({ Query: 2 });
    expect(usage.writeUnits).toBe(0);
  });

  it('has one alarm after a tick that failed half way, wherever that was', async () => {
    await publish('117,20');
    pass(30);
    for (let call = 1; call < 10; call++) await uplinks.tables.calls.failAt(call, tick);
    await tick();
    expect(await alarms()).toMatchObject([{ type: SILENT, status: 'ACTIVE', count: 1 }]);
    expect(await tick()).toBe(0);
  });

  it('loses its alarm with a message that is retried after a failure, wherever that was', async () => {
    for (let call = 1; call < 8; call++) {
      serial = `retried${call}`;
      await publish('117,20');
      pass(30);
      await tick();
      const uplink = { ...uplinks.uplink(serial, 's/us', '125'), receivedAt: uplinks.clock.now() };
      await uplinks.tables.calls.failAt(call, () => ingest(uplink, warm));
      await ingest(uplink, warm);
      expect(await alarms()).toMatchObject([{ type: SILENT, status: 'CLEARED' }]);
      uplinks.clock.advance(1_000);
    }
  });

  it('stays unavailable when a message from before its silence arrives late', async () => {
    await publish('117,20');
    const early = uplinks.clock.now();
    pass(30);
    await tick();
    await publish('211,20', { at: early });
    expect((await device()).fragments.c8y_Availability).toMatchObject({ status: 'UNAVAILABLE' });
    expect(await alarms()).toMatchObject([{ status: 'ACTIVE' }]);
  });

  it('is watched by itself, below a gateway of which nothing is required', async () => {
    await publish('117,20', { topic: `s/us/${serial}-pump` });
    pass(30);
    await publish('211,20');
    expect(await tick()).toBe(1);
    expect(await alarms(`${serial}-pump`)).toMatchObject([{ type: SILENT }]);
    expect(await alarms()).toEqual([]);
    expect((await device(`${serial}-pump`)).fragments).not.toHaveProperty('c8y_Connection');
  });
});

describe('the required interval', () => {
  const require = async (responseInterval: number | null) => {
    const { id } = await device();
    const c8y_RequiredAvailability = responseInterval === null ? null : { responseInterval };
    const done = await warm.services.inventory.update(callAt(uplinks.clock.now()), id, { c8y_RequiredAvailability });
    if (!done.ok) throw new Error(done.error.reason);
    uplinks.clock.advance(1_000);
  };

  it('set by a user counts from then on', async () => {
    await publish('100');
    await require(20);
    pass(26);
    expect(await tick()).toBe(1);
    expect(await alarms()).toMatchObject([{ type: SILENT, status: 'ACTIVE' }]);
  });

  it('of zero is maintenance: no alarm of silence, and new alarms are suppressed', async () => {
    await publish('117,20\n302,acme_Low');
    await require(0);
    expect((await device()).fragments).toMatchObject({
      c8y_Availability: { status: 'MAINTENANCE' },
      c8y_Connection: { status: 'MAINTENANCE' },
    });
    pass(60);
    expect(await tick()).toBe(0);
    await publish('303,acme_Filter\n302,acme_Low');
    expect(await alarms()).toMatchObject([{ type: 'acme_Low', count: 2 }]);
    await require(20);
    await publish('303,acme_Filter');
    expect((await alarms()).map(({ type }) => type)).toContain('acme_Filter');
  });

  it('ends an unavailability when it is put into maintenance', async () => {
    await publish('117,20');
    pass(30);
    await tick();
    await require(-1);
    expect(await alarms()).toMatchObject([{ type: SILENT, status: 'CLEARED' }]);
  });

  it('removed ends the watch and takes away what it showed', async () => {
    await publish('117,20');
    await publish('107,c8y_RequiredAvailability');
    expect(Object.keys((await device()).fragments)).toEqual(
      expect.not.arrayContaining(['c8y_Availability', 'c8y_Connection', 'c8y_RequiredAvailability']),
    );
    pass(60);
    expect(await tick()).toBe(0);
  });

  it('is known to another instance that asks for the device anew', async () => {
    const other = uplinks.instance();
    await publish('100', { by: other });
    await require(20);
    pass(15);
    const now = iso();
    await publish('211,20', { by: other });
    expect((await device()).fragments.c8y_Availability).toMatchObject({ lastMessage: now });
  });

  it('is no reason to read for alarms of a device that is known', async () => {
    await publish('302,acme_Low');
    const { commands } = await cost('302,acme_Low');
    expect(commands).toEqual({ GetItem: 1, PutItem: 1 });
  });
});

describe('what only the platform writes', () => {
  it('is not taken from clients', async () => {
    await publish('100');
    const { id } = await device();
    const c8y_Availability = { status: 'AVAILABLE' };
    await warm.services.inventory.update(callAt(uplinks.clock.now()), id, { c8y_Availability });
    expect((await device()).fragments).not.toHaveProperty('c8y_Availability');
  });
});
