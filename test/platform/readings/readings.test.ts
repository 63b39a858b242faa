import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoOf } from '../../../lib/base/instant';
import type { ProcessingMode } from '../../../lib/changes/modes';
import { Inventory } from '../../../lib/platform/inventory/inventory';
import type { Origin } from '../../../lib/platform/model';
import { Events } from '../../../lib/platform/readings/events';
import { Measurements } from '../../../lib/platform/readings/measurements';
import { Tenants } from '../../../lib/platform/tenants/tenants';
import { beginWork } from '../../../lib/platform/unit-of-work';
import { collect } from '../../../lib/storage/pages';
import { callAt } from '../../support/calls';
import { FlowingClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';
import { onErrorRow } from '../support';

const TENANT = 't100';
const DAY = 86_400_000;
const clock = new FlowingClock();
let tables: Tables;
let deps: { registry: Tables['registry']; telemetry: Tables['telemetry']; clock: FlowingClock };
let [tenants, inventory, measurements, events] = [] as unknown as [Tenants, Inventory, Measurements, Events];
let device = { id: '', serial: 'pump-7741' };

beforeAll(async () => {
  tables = await startTables();
  deps = { registry: tables.registry, telemetry: tables.telemetry, clock };
  tenants = new Tenants(deps);
  inventory = new Inventory(deps);
  measurements = new Measurements(deps, tenants, inventory);
  events = new Events(deps, tenants, inventory);
  await tenants.create({ id: TENANT, domain: 't100.example', retentionDays: 30 });
});
afterAll(() => tables.close());

async function newDevice(): Promise<typeof device> {
  const made = await inventory.create(callAt(clock.now()), { fragments: {} });
  if (!made.ok) throw new Error(made.error.reason);
  device = { id: made.value.id, serial: 'pump-7741' };
  return device;
}

/** One message as ingest handles it: rows, then the flush. */
async function message(rows: (call: ReturnType<typeof callAt>) => void, origin: Partial<Origin> = {}) {
  const call = callAt(origin.receivedAt ?? clock.now(), origin);
  const { effects, flush } = beginWork({ ...deps, tenants }, call.origin);
  rows({ ...call, effects });
  await flush();
  return effects;
}
const temperature = (value: number, time?: string) => ({
  type: 'c8y_Temperature',
  fragments: { c8y_Temperature: { T: { value, unit: 'C' } } },
  ...(time !== undefined && { time }),
});

describe('Measurements', () => {
  it('stores what it made and finds it by id and in lists', async () => {
    const { id: source } = await newDevice();
    const time = '2026-02-03T05:00:00.000+01:00';
    const effects = await message((call) => measurements.create(call, device, temperature(21.5, time)));
    const [found] = await collect(measurements.list(TENANT, { source }));
    expect(found).toEqual({ id: found?.id, source, time, ...temperature(21.5) });
    expect(await measurements.get(TENANT, found?.id ?? '')).toEqual(found);
    expect(effects.changes).toMatchObject([
      { change: { api: 'measurements', action: 'CREATE', sourceId: source, object: { time, source: { id: source } } } },
    ]);
  });

  it('takes the receive time without one, and keeps one copy of a redelivery', async () => {
    const { id: source } = await newDevice();
    const twoRows = (call: ReturnType<typeof callAt>) => {
      measurements.create(call, device, temperature(1));
      measurements.create({ ...call, origin: { ...call.origin, row: 2 } }, device, temperature(1));
    };
    await message(twoRows);
    await message(twoRows);
    const found = await collect(measurements.list(TENANT, { source }));
    expect(found.map(({ time }) => time)).toEqual([isoOf(clock.now()), isoOf(clock.now())]);
  });

  it.each<[ProcessingMode, number]>([
    ['PERSISTENT', 1],
    ['QUIESCENT', 1],
    ['TRANSIENT', 0],
    ['CEP', 0],
  ])('in mode %s stores %i of one', async (mode, stored) => {
    const { id: source } = await newDevice();
    await message((call) => measurements.create(call, device, temperature(1)), { mode });
    expect(await collect(measurements.list(TENANT, { source }))).toHaveLength(stored);
  });

  it('costs one write unit and no read when warm', async () => {
    await newDevice();
    await message((call) => measurements.create(call, device, temperature(1)));
    clock.advance(60_000);
    const used = await tables.calls.counting(() =>
      message((call) => measurements.create(call, device, temperature(2)), { receivedAt: clock.now() - 55_000 }),
    );
    expect(used).toEqual({ commands: { PutItem: 1 }, writeUnits: 1, readUnits: 0 });
  });

  it('goes through all devices without a source, and deletes by filter', async () => {
    const tenant = 'all';
    const ids: string[] = [];
    for (let at = 0; at < 3; at++) {
      clock.advance(1);
      const made = await inventory.create(callAt(clock.now(), { tenant }), { fragments: {} });
      ids.push(made.ok ? made.value.id : '');
      await message((call) => measurements.create(call, { id: ids[at] ?? '' }, temperature(at)), { tenant });
    }
    expect((await collect(measurements.list(tenant, {}))).map(({ source }) => source)).toEqual(ids);
    const call = callAt(clock.now(), { tenant });
    const [first] = await collect(measurements.list(tenant, {}));
    expect(await measurements.delete(call, first?.id ?? '')).toEqual({ ok: true, value: undefined });
    expect(await measurements.delete(call, first?.id ?? '')).toMatchObject({ ok: false, error: { kind: 'notFound' } });
    expect(await measurements.deleteMany(call, { type: 'c8y_Temperature' })).toBe(2);
    expect(await collect(measurements.list(tenant, {}))).toEqual([]);
  });

  it('expires by the retention the tenant has today', async () => {
    const { id: source } = await newDevice();
    await message((call) => measurements.create(call, device, temperature(1)));
    clock.advance(30 * DAY);
    expect(await collect(measurements.list(TENANT, { source }))).toHaveLength(1);
    clock.advance(1);
    expect(await collect(measurements.list(TENANT, { source }))).toEqual([]);
  });

  it('throws for a time that is none: borders check it', () => {
    expect(() => measurements.create(callAt(clock.now()), device, temperature(1, 'yesterday'))).toThrow(RangeError);
  });
});

describe('Events', () => {
  const boot = (time?: string) => ({
    type: 'acme_Boot',
    text: 'Boot ok',
    fragments: { acme_Trace: { a: 1 }, acme_Keep: 1 },
    ...(time !== undefined && { time }),
  });
  const list = (filter: Parameters<Events['list']>[1]) => collect(events.list(TENANT, filter));

  it('stores, finds, filters and orders them', async () => {
    const { id: source } = await newDevice();
    const at = clock.now();
    for (const ms of [3000, 1000, 2000]) {
      await message((call) => events.create(call, device, { ...boot(isoOf(at + ms)), type: `t${ms}` }));
    }
    expect((await list({ source })).map(({ type }) => type)).toEqual(['t1000', 't2000', 't3000']);
    expect((await list({ source, descending: true })).map(({ type }) => type)).toEqual(['t3000', 't2000', 't1000']);
    expect((await list({ source, from: at + 2000, to: at + 2000 })).map(({ type }) => type)).toEqual(['t2000']);
    expect(await list({ source, from: at + 2, to: at + 1 })).toEqual([]);
    expect(await list({ source, type: 't1000', fragmentType: 'acme_Trace' })).toHaveLength(1);
    expect(await list({ source, fragmentType: 'other' })).toEqual([]);
    const [first] = await list({ source });
    const used = await tables.calls.counting(async () =>
      expect(await events.get(TENANT, first?.id ?? '')).toEqual(first),
    );
    // something may wait for an event that has fragments
    expect(used.commands).toEqual({ GetItem: 1, Query: 1 });
  });

  it('are changed member by member, the newer change winning, and not undone by a redelivery', async () => {
    const { id: source } = await newDevice();
    const sent = { receivedAt: clock.now(), messageId: 'abc' };
    await message((call) => events.create(call, device, boot()), sent);
    const [created] = await list({ source });
    const id = created?.id ?? '';
    const later = (ms: number) => callAt(clock.now() + ms);
    await events.update(later(20), id, { text: 'newer', fragments: { acme_Trace: null } });
    const late = await events.update(later(10), id, { text: 'older', fragments: { acme_Keep: 2, acme_New: 3 } });
    const expected = { text: 'newer', fragments: { acme_Keep: 2, acme_New: 3 }, lastUpdated: isoOf(clock.now() + 20) };
    expect(late).toMatchObject({ ok: true, value: expected });
    await message((call) => events.create(call, device, boot()), sent);
    expect(await events.get(TENANT, id)).toEqual({ ...created, ...expected });
  });

  it('all keep their change when several come at once', async () => {
    const { id: source } = await newDevice();
    await message((call) => events.create(call, device, { ...boot(), fragments: {} }));
    const [created] = await list({ source });
    const changes = ['a', 'b', 'c', 'd'].map((name, at) =>
      events.update(callAt(clock.now() + 1 + at), created?.id ?? '', { fragments: { [name]: at } }),
    );
    expect((await Promise.all(changes)).every((done) => done.ok)).toBe(true);
    expect((await events.get(TENANT, created?.id ?? ''))?.fragments).toEqual({ a: 0, b: 1, c: 2, d: 3 });
  });

  it('lose fragments of the newest one of a type by 407', async () => {
    const { id: source } = await newDevice();
    for (const ms of [0, 1000]) await message((call) => events.create(call, device, boot(isoOf(clock.now() + ms))));
    const clear = (type: string, ...fragments: string[]) =>
      events.clearFragments(callAt(clock.now() + 2000), device, type, fragments);
    expect(await clear('acme_Boot', 'acme_Trace', 'unknown')).toEqual({ ok: true, value: undefined });
    expect((await list({ source })).map(({ fragments }) => Object.keys(fragments))).toEqual([
      ['acme_Trace', 'acme_Keep'],
      ['acme_Keep'],
    ]);
    expect(await clear('acme_Boot')).toEqual({ ok: true, value: undefined });
    expect(onErrorRow(await clear('other', 'acme_Trace'))).toMatchObject({ ok: false, error: { code: 41 } });
    expect(onErrorRow(await clear('acme_Boot', 'time'))).toMatchObject({ ok: false, error: { code: 45 } });
  });

  it('are deleted by id and by filter', async () => {
    const { id: source } = await newDevice();
    for (const ms of [0, 1, 2]) await message((call) => events.create(call, device, boot(isoOf(clock.now() + ms))));
    const call = callAt(clock.now());
    const [first] = await list({ source });
    expect(await events.delete(call, first?.id ?? '')).toEqual({ ok: true, value: undefined });
    expect(await events.delete(call, first?.id ?? '')).toMatchObject({ ok: false, error: { kind: 'notFound' } });
    expect(await events.update(call, 'none', { text: 'x' })).toMatchObject({ ok: false, error: { kind: 'notFound' } });
    expect(await events.deleteMany(call, { source })).toBe(2);
    expect(await list({ source })).toEqual([]);
  });
});
