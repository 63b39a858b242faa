import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../../lib/base/result';
import { Alarms, SUPPRESSED_ALARM_ID } from '../../../lib/platform/alarms/alarms';
import { JOURNAL_WINDOW_MS } from '../../../lib/platform/journal';
import type { Alarm, Severity } from '../../../lib/platform/model';
import { FlowingClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';
import { all, callAt, isoAt, onErrorRow } from '../support';

let tables: Tables;
const clock = new FlowingClock();
let alarms: Alarms;
let devices = 4000;
/** Each test has its own device. */
const newDevice = () => ({ id: String(++devices) });

beforeAll(async () => {
  tables = await startTables();
  alarms = new Alarms({ registry: tables.registry, clock });
});
afterAll(async () => tables.close());

const input = (type: string, severity: Severity = 'MAJOR', more = {}) => ({
  type,
  severity,
  text: `${type}!`,
  ...more,
});

/** An alarm of a size that is taken is never refused. */
function made(result: Result<Alarm, unknown>): Alarm {
  if (!result.ok) throw new Error('refused');
  return result.value;
}

async function raised(ms: number, device: { id: string }, type: string, severity?: Severity): Promise<Alarm> {
  return made(await alarms.raise(callAt(ms), device, input(type, severity)));
}

describe('raise', () => {
  it('creates an ACTIVE alarm and tells of it', async () => {
    const device = newDevice();
    const call = callAt(0);
    const alarm = made(
      await alarms.raise(call, device, input('acme_Hot', 'CRITICAL', { time: '2026-02-01T11:00:00+01:00' })),
    );
    expect(alarm).toEqual({
      id: expect.stringMatching(/^\d+$/),
      source: device.id,
      type: 'acme_Hot',
      text: 'acme_Hot!',
      time: '2026-02-01T11:00:00+01:00',
      severity: 'CRITICAL',
      status: 'ACTIVE',
      count: 1,
      firstOccurrenceTime: '2026-02-01T11:00:00+01:00',
      creationTime: isoAt(0),
      lastUpdated: isoAt(0),
      fragments: {},
    });
    const { source, fragments: _, ...members } = alarm;
    expect(call.changes).toEqual([
      { api: 'alarms', action: 'CREATE', sourceId: source, object: { ...members, source: { id: source } } },
    ]);
    expect(await alarms.get('t100', alarm.id)).toEqual(alarm);
  });

  it('counts an open alarm up and ignores everything but the time', async () => {
    const device = newDevice();
    const first = await raised(0, device, 'acme_Dry', 'MINOR');
    const call = callAt(1000);
    const again = made(await alarms.raise(call, device, input('acme_Dry', 'MAJOR', { text: 'worse' })));
    expect(again).toEqual({ ...first, count: 2, time: isoAt(1000), lastUpdated: isoAt(1000) });
    expect(call.changes.map(({ action }) => action)).toEqual(['UPDATE']);
  });

  it('makes a new alarm after a clear and keeps the old one', async () => {
    const device = newDevice();
    const first = await raised(0, device, 'acme_Dry');
    await alarms.clear(callAt(1000), device, 'acme_Dry');
    const second = await raised(2000, device, 'acme_Dry');
    expect(second).toMatchObject({ status: 'ACTIVE', count: 1 });
    expect(second.id).not.toBe(first.id);
    expect(await alarms.get('t100', first.id)).toMatchObject({ id: first.id, status: 'CLEARED' });
    expect((await all(alarms.list('t100', { source: device.id }))).map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  it('stores nothing in TRANSIENT mode, but tells of it', async () => {
    const device = newDevice();
    const call = callAt(0, { mode: 'TRANSIENT' });
    const usage = await tables.calls.counting(() => alarms.raise(call, device, input('acme_Hot')));
    expect(usage.commands).toEqual({});
    expect(call.changes).toMatchObject([{ action: 'CREATE', object: { type: 'acme_Hot', count: 1 } }]);
    expect(await alarms.count('t100', { source: device.id })).toBe(0);
  });

  it('creates nothing in maintenance, but counts what is open', async () => {
    const device = newDevice();
    await raised(0, device, 'acme_Open');
    const suppressing = new Alarms({
      registry: tables.registry,
      clock,
      maintenanceOf: async () => ({ version: 1, from: 0, changes: [{ at: '', on: true }] }),
    });
    const call = callAt(1000);
    const nothing = made(await suppressing.raise(call, device, input('acme_New')));
    expect(nothing.id).toBe(SUPPRESSED_ALARM_ID);
    expect(call.changes).toEqual([]);
    expect(made(await suppressing.raise(callAt(2000), device, input('acme_Open'))).count).toBe(2);
    expect(await alarms.count('t100', { source: device.id })).toBe(1);
  });

  it('takes types of any length and with any sign in it', async () => {
    const device = newDevice();
    const types = ['x'.repeat(5000), `${'x'.repeat(5000)}y`, 'a#b', 'a%23b', 'ä'.repeat(200)];
    for (const type of types) await raised(0, device, type);
    const found = await all(alarms.list('t100', { source: device.id }));
    expect(found.map(({ type }) => type).sort()).toEqual([...types].sort());
  });

  it('stays within an item when long alarms chatter', async () => {
    const device = newDevice();
    const text = 'x'.repeat(16_000);
    for (let ms = 0; ms < 40; ms++) await alarms.raise(callAt(ms), device, input('acme_Long', 'MAJOR', { text }));
    expect((await all(alarms.list('t100', { source: device.id })))[0]).toMatchObject({ count: 40 });
  });

  it('keeps 150 raises of a minute in a few KB, and finds them all again', async () => {
    const device = newDevice();
    let usage = await tables.calls.counting(async () => {});
    for (let n = 149; n >= 0; n--) usage = await tables.calls.counting(() => raised(n * 400, device, 'acme_Often'));
    for (const n of [0, 75, 149]) await raised(n * 400, device, 'acme_Often');
    expect((await all(alarms.list('t100', { source: device.id })))[0]).toMatchObject({ count: 150 });
    expect(usage).toMatchObject({ commands: { GetItem: 1, PutItem: 1 } });
    expect(usage.writeUnits).toBeLessThanOrEqual(8);
  });

  it('leaves a closed alarm as it is when its raise is delivered again much later', async () => {
    const device = newDevice();
    const first = await raised(0, device, 'acme_Hot');
    await raised(1_000, device, 'acme_Hot');
    await alarms.clear(callAt(2_000), device, 'acme_Hot');
    await raised(JOURNAL_WINDOW_MS + 10_000, device, 'acme_Hot');
    await alarms.clear(callAt(JOURNAL_WINDOW_MS + 11_000), device, 'acme_Hot');
    const before = await all(alarms.list('t100', { source: device.id }));
    await raised(0, device, 'acme_Hot');
    expect(await all(alarms.list('t100', { source: device.id }))).toEqual(before);
    expect(before.find(({ id }) => id === first.id)).toMatchObject({ count: 2, status: 'CLEARED' });
  });

  it('counts a redelivery once', async () => {
    const device = newDevice();
    const first = await raised(0, device, 'acme_Dry');
    const call = callAt(0);
    expect(await alarms.raise(call, device, input('acme_Dry'))).toEqual({ ok: true, value: first });
    expect(call.changes).toEqual([]);
  });

  it('loses no occurrence when several functions raise at once', async () => {
    const device = newDevice();
    await Promise.all([1, 2, 3, 4, 5, 6].map((ms) => raised(ms, device, 'acme_Busy')));
    const [alarm, ...more] = await all(alarms.list('t100', { source: device.id }));
    expect(more).toEqual([]);
    expect(alarm).toMatchObject({ count: 6, firstOccurrenceTime: isoAt(1), time: isoAt(6) });
  });
});

describe('305, 306, 307', () => {
  it('act on the open alarm of the type', async () => {
    const device = newDevice();
    await alarms.raise(callAt(0), device, input('acme_Low', 'MAJOR', { fragments: { acme_Detail: 1, acme_Kept: 2 } }));
    expect(await alarms.setSeverity(callAt(1), device, 'acme_Low', 'CRITICAL')).toMatchObject({
      value: { severity: 'CRITICAL' },
    });
    expect(await alarms.clearFragments(callAt(2), device, 'acme_Low', ['acme_Detail'])).toMatchObject({
      value: { fragments: { acme_Kept: 2 } },
    });
    expect(await alarms.clear(callAt(3), device, 'acme_Low')).toMatchObject({ value: { status: 'CLEARED' } });
  });

  it.each([
    ['305', (ms: number, device: { id: string }) => alarms.setSeverity(callAt(ms), device, 'acme_No', 'MINOR')],
    ['306', (ms: number, device: { id: string }) => alarms.clear(callAt(ms), device, 'acme_No')],
    ['307', (ms: number, device: { id: string }) => alarms.clearFragments(callAt(ms), device, 'acme_No', ['a'])],
  ])('%s is refused when no such alarm is open', async (_, act) => {
    const device = newDevice();
    expect(onErrorRow(await act(0, device))).toMatchObject({
      ok: false,
      error: { code: 41, text: 'No open alarm of type acme_No' },
    });
    await raised(1, device, 'acme_No');
    await alarms.clear(callAt(2), device, 'acme_No');
    expect(await act(3, device)).toMatchObject({ ok: false });
  });

  it('a clear that overtook its raise still clears', async () => {
    const device = newDevice();
    expect(await alarms.clear(callAt(500), device, 'acme_Late')).toMatchObject({ ok: false });
    expect(await raised(100, device, 'acme_Late')).toMatchObject({ status: 'CLEARED' });
    expect(await raised(900, device, 'acme_Late')).toMatchObject({ status: 'ACTIVE' });
  });

  it('end in the same state for every arrival order, through the database', async () => {
    const rows = fc.uniqueArray(fc.tuple(fc.nat(999), fc.constantFrom('301', '302', '305', '306')), {
      minLength: 2,
      maxLength: 7,
      selector: ([ms]) => ms,
    });
    const send = async (device: { id: string }, [ms, row]: [number, string]): Promise<unknown> => {
      if (row === '305') return alarms.setSeverity(callAt(ms), device, 'acme_Any', 'WARNING');
      if (row === '306') return alarms.clear(callAt(ms), device, 'acme_Any');
      return raised(ms, device, 'acme_Any', row === '301' ? 'CRITICAL' : 'MAJOR');
    };
    const outcome = async (sequence: [number, string][]) => {
      const device = newDevice();
      for (const row of sequence) await send(device, row);
      return (await all(alarms.list('t100', { source: device.id }))).map(({ id: _, source: __, ...alarm }) => alarm);
    };
    await fc.assert(
      fc.asyncProperty(rows, async (arrival) => {
        const inOrder = [...arrival].sort(([a], [b]) => a - b);
        expect(await outcome(arrival)).toEqual(await outcome(inOrder));
      }),
      { numRuns: 40 },
    );
  });
});

describe('cost', () => {
  it('is one read and one write for a raise, a count and a clear', async () => {
    const device = newDevice();
    const one = { commands: { GetItem: 1, PutItem: 1 }, readUnits: 1, writeUnits: 1 };
    expect(await tables.calls.counting(() => raised(0, device, 'acme_Cost'))).toEqual(one);
    expect(await tables.calls.counting(() => raised(1, device, 'acme_Cost'))).toEqual(one);
    expect(await tables.calls.counting(() => alarms.clear(callAt(2), device, 'acme_Cost'))).toEqual(one);
  });

  it('is one write more for the alarm that makes room, and one read for a redelivery', async () => {
    const device = newDevice();
    await raised(0, device, 'acme_Cost');
    await alarms.clear(callAt(1), device, 'acme_Cost');
    const room = await tables.calls.counting(() => raised(2, device, 'acme_Cost'));
    expect(room.commands).toEqual({ GetItem: 1, PutItem: 2 });
    const again = await tables.calls.counting(() => raised(2, device, 'acme_Cost'));
    expect(again).toEqual({ commands: { GetItem: 1 }, readUnits: 1, writeUnits: 0 });
  });
});

describe('update', () => {
  it('changes status, severity, text and fragments of an alarm', async () => {
    const device = newDevice();
    const { id } = await raised(0, device, 'acme_Rest');
    const change = { status: 'ACKNOWLEDGED', severity: 'MINOR', text: 'seen', fragments: { acme_By: 'ann' } } as const;
    expect(await alarms.update(callAt(1), id, change)).toMatchObject({ ok: true, value: { id, ...change } });
    expect(await alarms.update(callAt(2), id, { fragments: { acme_By: null } })).toMatchObject({
      value: { fragments: {} },
    });
    expect((await raised(3, device, 'acme_Rest')).count).toBe(2);
  });

  it('a cleared alarm lets the next raise make a new one', async () => {
    const device = newDevice();
    const { id } = await raised(0, device, 'acme_Rest');
    await alarms.update(callAt(1), id, { status: 'CLEARED' });
    expect((await raised(2, device, 'acme_Rest')).id).not.toBe(id);
  });

  it('one request changes several alarms of a type', async () => {
    const device = newDevice();
    const first = await raised(0, device, 'acme_Two');
    await alarms.clear(callAt(1), device, 'acme_Two');
    const second = await raised(2, device, 'acme_Two');
    const call = callAt(3);
    for (const { id } of [first, second]) {
      expect(await alarms.update(call, id, { text: 'both' })).toMatchObject({ value: { id, text: 'both' } });
    }
    expect((await all(alarms.list('t100', { source: device.id }))).map(({ text }) => text)).toEqual(['both', 'both']);
  });

  it('reaches alarms of long ago, which stay cleared once replaced', async () => {
    const device = newDevice();
    const first = await raised(0, device, 'acme_Old');
    await alarms.clear(callAt(1), device, 'acme_Old');
    const later = 2 * JOURNAL_WINDOW_MS;
    await raised(later, device, 'acme_Old');
    await raised(2 * later, device, 'acme_Old');
    const updated = await alarms.update(callAt(2 * later + 1), first.id, { text: 'explained' });
    expect(updated).toMatchObject({ value: { id: first.id, text: 'explained', status: 'CLEARED' } });
    expect(await alarms.get('t100', first.id)).toMatchObject({ text: 'explained' });
    expect(await alarms.update(callAt(2 * later + 2), first.id, { status: 'ACTIVE' })).toMatchObject({
      ok: false,
      error: { kind: 'invalid', subject: 'alarm' },
    });
  });

  it.each(['', 'x', '1', '99999999999999999999999904', '4'.repeat(200)])('finds no alarm with id %j', async (id) => {
    expect(await alarms.get('t100', id)).toBeUndefined();
    expect(await alarms.update(callAt(0), id, {})).toMatchObject({ ok: false, error: { kind: 'notFound' } });
  });
});

describe('lists', () => {
  it('filters, newest first, by device and for the whole tenant', async () => {
    const tenant = 't200';
    const call = (ms: number) => callAt(ms, { tenant });
    const [one, two] = [newDevice(), newDevice()];
    await alarms.raise(call(0), one, input('acme_A', 'CRITICAL'));
    await alarms.raise(call(10), two, input('acme_A', 'MINOR'));
    await alarms.raise(call(20), one, input('acme_B', 'MINOR'));
    await alarms.clear(call(30), one, 'acme_A');
    await alarms.raise(call(40), one, input('acme_A', 'WARNING'));
    const texts = async (filter: Parameters<Alarms['list']>[1]) =>
      (await all(alarms.list(tenant, filter))).map(({ type, severity, status }) => `${type} ${severity} ${status}`);
    const everything = [
      'acme_A WARNING ACTIVE',
      'acme_B MINOR ACTIVE',
      'acme_A MINOR ACTIVE',
      'acme_A CRITICAL CLEARED',
    ];
    expect(await texts({})).toEqual(everything);
    expect(await texts({ source: one.id })).toEqual(everything.filter((_, index) => index !== 2));
    expect(await texts({ statuses: ['CLEARED'] })).toEqual(['acme_A CRITICAL CLEARED']);
    expect(await texts({ resolved: false, types: ['acme_B'] })).toEqual(['acme_B MINOR ACTIVE']);
    expect(await texts({ source: one.id, resolved: true })).toEqual(['acme_A CRITICAL CLEARED']);
    expect(await texts({ severities: ['MINOR', 'WARNING'] })).toHaveLength(3);
    const start = Date.parse(isoAt(0));
    expect(await texts({ from: start + 10, to: start + 20 })).toHaveLength(2);
    expect(await texts({ created: { to: start } })).toEqual(['acme_A CRITICAL CLEARED']);
    expect(await texts({ lastUpdated: { from: start + 30, to: start + 30 } })).toEqual(['acme_A CRITICAL CLEARED']);
    expect(await alarms.count(tenant)).toBe(4);
    expect(await alarms.count('t999')).toBe(0);
    expect(await alarms.activeCounts(tenant, one.id)).toEqual({ critical: 0, major: 0, minor: 1, warning: 1 });
  });

  it('reads more than one page', async () => {
    const tenant = 't300';
    const device = newDevice();
    for (let index = 0; index < 60; index++) {
      await alarms.raise(callAt(index, { tenant }), device, input(`acme_${index % 30}`));
      await alarms.clear(callAt(1000 + index, { tenant }), device, `acme_${index % 30}`);
    }
    const found = await all(alarms.list(tenant, {}));
    expect(found).toHaveLength(30);
    expect(found.map(({ creationTime }) => creationTime)).toEqual(
      [...found.map(({ creationTime }) => creationTime)].sort().reverse(),
    );
  });
});
