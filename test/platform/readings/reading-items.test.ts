import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantOf, isoOf } from '../../../lib/base/instant';
import type { JsonObject } from '../../../lib/base/json';
import type { Reading } from '../../../lib/platform/call';
import type { Measurement, ReadingIdentity } from '../../../lib/platform/model';
import {
  deleteMeasurement,
  deleteMeasurements,
  findMeasurement,
  type MeasurementQuery,
  queryMeasurements,
} from '../../../lib/platform/readings/measurement-items';
import { measurementId } from '../../../lib/platform/readings/packs';
import { storeReadings } from '../../../lib/platform/readings/reading-items';
import { collect } from '../../../lib/storage/pages';
import { startTables, type Tables } from '../../support/tables';

const TENANT = 't100';
const START = Date.UTC(2026, 0, 31, 22, 0, 0);
const HOUR = 3_600_000;
const retention = { receivedAt: START, retentionDays: 30 };
let devices = 194_212_345_678_000_000n;
const newDevice = (): string => String(devices++);

function measurement(
  source: string,
  at: number,
  {
    type = 'T',
    value = 1,
    fragments = { [type]: { S: { value, unit: 'C' } } } as JsonObject,
    identity = { by: 'content' } as ReadingIdentity,
  } = {},
): Extract<Reading, { kind: 'measurement' }> {
  const time = isoOf(at);
  const id = measurementId(source, { time, type, fragments }, at, identity);
  return { kind: 'measurement', identity, measurement: { id, source, time, type, fragments } };
}

describe('storeReadings', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.close());

  const store = (...readings: Reading[]) => storeReadings(tables.telemetry, TENANT, readings, retention);
  const query = (source: string, more: Partial<MeasurementQuery> = {}): Promise<Measurement[]> =>
    collect(queryMeasurements(tables.telemetry, TENANT, { source, keptSince: 0, ...more }));
  const values = async (source: string, more: Partial<MeasurementQuery> = {}): Promise<unknown[]> =>
    (await query(source, more)).map(({ fragments, type }) => (fragments[type] as { S: { value: number } }).S.value);

  it('costs one write unit and no read on a warm instance, for one reading and for twenty', async () => {
    const device = newDevice();
    await store(measurement(device, START));
    const one = await tables.calls.counting(() => store(measurement(device, START + 1000)));
    expect(one).toEqual({ commands: { PutItem: 1 }, writeUnits: 1, readUnits: 0 });
    const types = ['c8y_Temperature', 'acme_Flow', 'c8y_Battery'];
    const twenty = Array.from({ length: 20 }, (_, at) =>
      measurement(device, START + at * 60_000, { type: types[at % 3] ?? '', value: 20 + at / 100 }),
    );
    const many = await tables.calls.counting(() => store(...twenty));
    expect(many).toEqual({ commands: { PutItem: 1 }, writeUnits: 1, readUnits: 0 });
  });

  it('costs at most four write units for two hundred', async () => {
    const device = newDevice();
    await store(measurement(device, START));
    const rows = Array.from({ length: 200 }, (_, at) =>
      measurement(device, START + at * 17_000, { value: Math.round(2100 + 90 * Math.sin(at)) / 100 }),
    );
    const used = await tables.calls.counting(() => store(...rows));
    expect(used.commands).toEqual({ PutItem: 1 });
    expect(used.writeUnits).toBeLessThanOrEqual(4);
  });

  it('writes several devices and hours in one batch, and finds each in its place', async () => {
    const [a, b] = [newDevice(), newDevice()];
    const readings = [
      measurement(a, START),
      measurement(a, START + 3 * HOUR, { value: 2 }),
      measurement(b, START, { value: 3 }),
    ];
    await store(...readings);
    const used = await tables.calls.counting(() => store(...readings));
    expect(used).toEqual({ commands: { BatchWriteItem: 1 }, writeUnits: 3, readUnits: 0 });
    expect(await values(a)).toEqual([1, 2]);
    expect(await values(b)).toEqual([3]);
  });

  it('keeps one copy of what is sent or delivered twice', async () => {
    const device = newDevice();
    const reading = measurement(device, START, { value: 7 });
    await store(reading, reading);
    await store(reading);
    // a stream batch may be cut in another place
    await store(reading, measurement(device, START + 5, { value: 8 }));
    expect(await values(device)).toEqual([7, 8]);
    expect(await values(device, { descending: true })).toEqual([8, 7]);
  });

  it('splits what would be too large for an item', async () => {
    const device = newDevice();
    const noise = (seed: number) =>
      Array.from({ length: 12_000 }, (_, at) => Math.imul(at + 1, seed * 2_654_435_761) >>> 0);
    const readings = Array.from({ length: 8 }, (_, at) =>
      measurement(device, START + at, { fragments: { blob: noise(at + 1) } }),
    );
    await store(...readings);
    expect((await query(device)).map(({ id }) => id)).toEqual(readings.map((reading) => reading.measurement.id));
  });

  it('does not return what the retention of today has expired', async () => {
    const device = newDevice();
    await store(measurement(device, START));
    const [stored] = await query(device);
    expect(stored).toBeDefined();
    expect(await query(device, { keptSince: START + 1 })).toEqual([]);
    expect(await findMeasurement(tables.telemetry, TENANT, stored?.id ?? '', START + 1)).toBeUndefined();
    expect(await findMeasurement(tables.telemetry, TENANT, stored?.id ?? '', START)).toEqual(stored);
  });

  it('never shows a tenant the readings of another', async () => {
    const device = newDevice();
    await store(measurement(device, START));
    expect(await collect(queryMeasurements(tables.telemetry, 't200', { source: device, keptSince: 0 }))).toEqual([]);
  });

  it('reads by id with one query, wherever in a pack it is', async () => {
    const device = newDevice();
    const readings = Array.from({ length: 10 }, (_, at) => measurement(device, START + at * 1000, { value: at }));
    for (const reading of readings) await store(reading);
    for (const { measurement: wanted } of readings) {
      const used = await tables.calls.counting(async () => {
        expect(await findMeasurement(tables.telemetry, TENANT, wanted.id, 0)).toEqual(wanted);
      });
      expect(used.commands).toEqual({ Query: 1 });
    }
    expect(await findMeasurement(tables.telemetry, TENANT, `${device}${'0'.repeat(30)}`, 0)).toBeUndefined();
    expect(await findMeasurement(tables.telemetry, TENANT, 'nonsense', 0)).toBeUndefined();
  });

  it('finds the newest of many with a few read units', async () => {
    const device = newDevice();
    const rows = Array.from({ length: 200 }, (_, at) => measurement(device, START + at * 1000, { value: at }));
    for (let at = 0; at < rows.length; at += 50) await Promise.all(rows.slice(at, at + 50).map((row) => store(row)));
    const used = await tables.calls.counting(async () => {
      for await (const newest of queryMeasurements(tables.telemetry, TENANT, {
        source: device,
        keptSince: 0,
        descending: true,
      })) {
        expect(newest.time).toBe(isoOf(START + 199_000));
        break;
      }
    });
    expect(used.commands).toEqual({ Query: 2 });
    expect(used.readUnits).toBeLessThanOrEqual(3);
  });

  it('deletes by id and by filter, and leaves the others of a pack', async () => {
    const device = newDevice();
    const rows = Array.from({ length: 6 }, (_, at) => measurement(device, START + at * 1000, { value: at }));
    await store(...rows);
    const id = rows[2]?.measurement.id ?? '';
    expect(await deleteMeasurement(tables.telemetry, TENANT, id)).toBe(true);
    expect(await deleteMeasurement(tables.telemetry, TENANT, id)).toBe(false);
    expect(await values(device)).toEqual([0, 1, 3, 4, 5]);
    const gone = { source: device, keptSince: 0, from: START + 3000, to: START + 4000 };
    expect(await deleteMeasurements(tables.telemetry, TENANT, gone)).toBe(2);
    expect(await values(device)).toEqual([0, 1, 5]);
    expect(await deleteMeasurements(tables.telemetry, TENANT, { source: device, keptSince: 0 })).toBe(3);
    expect(await query(device)).toEqual([]);
  });

  it('answers every query as a list in memory would', async () => {
    const at = fc.integer({ min: START - 2 * HOUR, max: START + 4 * HOUR });
    const row = fc.record({ at, type: fc.constantFrom('T', 'U'), value: fc.integer({ min: 0, max: 3 }) });
    const publishes = fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { maxLength: 12 });
    const asked = fc.record(
      {
        from: at,
        to: at,
        type: fc.constantFrom('T', 'X'),
        fragment: fc.constantFrom('T', 'U'),
        series: fc.constantFrom('S', 'Z'),
        descending: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(publishes, fc.array(asked, { minLength: 1, maxLength: 4 }), async (messages, queries) => {
        const device = newDevice();
        const stored = messages.map((rows) => rows.map(({ at: time, ...rest }) => measurement(device, time, rest)));
        for (const readings of stored) await store(...readings);
        const all = new Map(stored.flat().map((reading) => [reading.measurement.id, reading.measurement]));
        for (const wanted of queries) expect(await query(device, wanted)).toEqual(inMemory([...all.values()], wanted));
      }),
      { numRuns: 20 },
    );
  });
});

function inMemory(all: Measurement[], query: Partial<MeasurementQuery>): Measurement[] {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, type, fragment, series, descending } = query;
  const timeOf = (entry: Measurement): number => instantOf(entry.time) ?? 0;
  const found = all
    .filter((entry) => timeOf(entry) >= from && timeOf(entry) <= to)
    .filter((entry) => type === undefined || entry.type === type)
    .filter((entry) => fragment === undefined || fragment in entry.fragments)
    .filter((entry) => series === undefined || (series === 'S' && (fragment === undefined || entry.type === fragment)))
    .sort((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1));
  return descending ? found.reverse() : found;
}
