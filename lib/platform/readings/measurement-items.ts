import { timeKeyOf } from '../../base/instant';
import { isObject } from '../../base/json';
import { between } from '../../storage/key-conditions';
import { readingsPartition } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { Item, Key, Table } from '../../storage/table';
import type { Measurement } from '../model';
import { readingPlace } from './ids';
import { MonthCatalogue } from './month-items';
import { pack } from './packed';
import { type FoundMeasurement, measurementsIn, PACK_PREFIX, packFloor } from './packs';

/** Which measurements of a device to read. All conditions hold. */
export interface MeasurementQuery {
  /** Internal id of the device. */
  readonly source: string;
  /** Both ends belong to the range, ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
  readonly type?: string;
  readonly fragment?: string;
  readonly series?: string;
  /** Newest first. Default: oldest first. */
  readonly descending?: boolean;
  /** Readings received before this moment have expired, ms since the epoch. */
  readonly keptSince: number;
}

/** Measurements of one device in the order of time. A page is read when the caller gets to it. */
export async function* queryMeasurements(
  telemetry: Table,
  tenant: string,
  query: MeasurementQuery,
): AsyncGenerator<Measurement> {
  for await (const { measurement } of inOrder(packsOf(telemetry, tenant, query), query)) {
    if (matches(measurement, query)) yield measurement;
  }
}

/**
 * One measurement by id. Undefined when there is none or it has expired. It reads packs, starting at the measurement's
 * time, until it is found.
 */
export async function findMeasurement(
  telemetry: Table,
  tenant: string,
  id: string,
  keptSince: number,
): Promise<Measurement | undefined> {
  const found = await packWith(telemetry, tenant, id);
  return found !== undefined && found.item.r >= keptSince ? found.reading.measurement : undefined;
}

/**
 * Removes measurements from all packs that hold them. Returns how many were removed. If the broker redelivers their
 * message within its retry window, they come back.
 */
export async function deleteMeasurements(telemetry: Table, tenant: string, query: MeasurementQuery): Promise<number> {
  let deleted = 0;
  for await (const item of packsOf(telemetry, tenant, query)) {
    const gone = (found: FoundMeasurement) => inRange(found.instant, query) && matches(found.measurement, query);
    deleted += await rewrite(telemetry, query.source, item, gone);
  }
  return deleted;
}

/** Removes one measurement from its packs; false when there is none. */
export async function deleteMeasurement(telemetry: Table, tenant: string, id: string): Promise<boolean> {
  let deleted = false;
  for (;;) {
    const found = await packWith(telemetry, tenant, id);
    if (found === undefined) return deleted;
    await rewrite(telemetry, found.reading.measurement.source, found.item, ({ measurement }) => measurement.id === id);
    deleted = true;
  }
}

/**
 * Writes a pack without some of its readings, or deletes it when none is left. Tries again when another writer changed
 * it meanwhile. Returns how many readings were removed.
 */
async function rewrite(
  telemetry: Table,
  source: string,
  item: Item,
  gone: (found: FoundMeasurement) => boolean,
): Promise<number> {
  const key: Key = { pk: item.pk, sk: item.sk };
  const readings = measurementsIn(source, item);
  const kept = readings.filter((found) => !gone(found));
  if (kept.length === readings.length) return 0;
  const unchanged = { text: 'd = :d', values: { ':d': item.d } };
  const done =
    kept.length === 0
      ? await telemetry.delete(key, unchanged)
      : await telemetry.put({ ...item, ...key, d: pack(kept.map(({ packed }) => packed)) }, unchanged);
  if (done.ok) return readings.length - kept.length;
  const current = await telemetry.get(key);
  return current === undefined ? 0 : rewrite(telemetry, source, current, gone);
}

/** The pack that holds a measurement, with the measurement; undefined when there is none. */
async function packWith(telemetry: Table, tenant: string, id: string) {
  const place = readingPlace(id);
  if (place === undefined) return undefined;
  const { month, hour } = timeKeyOf(place.instant);
  const partition = readingsPartition(tenant, place.device, month);
  const where = between(partition, packFloor(place.instant), `${PACK_PREFIX}${hour}#~`);
  for await (const item of growingPages(telemetry, { where })) {
    const reading = measurementsIn(place.device, item).find(({ measurement }) => measurement.id === id);
    if (reading !== undefined) return { item, reading };
  }
  return undefined;
}

/** The packs that can hold what the query asks for, in the order of month and key, without expired ones. */
async function* packsOf(telemetry: Table, tenant: string, query: MeasurementQuery): AsyncGenerator<Item> {
  const { source, from, to, keptSince, descending = false } = query;
  if (from !== undefined && to !== undefined && from > to) return;
  const [first, last] = [from, to].map((at) => (at === undefined ? undefined : timeKeyOf(at)));
  const months = (await MonthCatalogue.forTable(telemetry).list(tenant, source)).filter(
    (month) => (first === undefined || month >= first.month) && (last === undefined || month <= last.month),
  );
  for (const month of descending ? months.reverse() : months) {
    const floor = from !== undefined && month === first?.month ? packFloor(from) : PACK_PREFIX;
    const ceiling = month === last?.month ? `${PACK_PREFIX}${last.hour}#~` : `${PACK_PREFIX}~`;
    const where = between(readingsPartition(tenant, source, month), floor, ceiling);
    for await (const item of growingPages(telemetry, { where, descending })) {
      if (item.r >= keptSince) yield item;
    }
  }
}

/**
 * Readings in the order of time. Packs come in the order of their last reading. Newest first: readings that are newer
 * than the last one of the next pack can be given. Oldest first: an hour has to be complete, because a late pack may
 * hold early readings.
 */
async function* inOrder(packs: AsyncIterable<Item>, query: MeasurementQuery): AsyncGenerator<FoundMeasurement> {
  const direction = query.descending === true ? -1 : 1;
  let waiting: FoundMeasurement[] = [];
  let hour = '';
  for await (const item of packs) {
    const readings = measurementsIn(query.source, item);
    const last = Math.max(...readings.map((found) => found.instant));
    const packHour = timeKeyOf(last).month + timeKeyOf(last).hour;
    const ready = packHour !== hour ? () => true : (at: number) => direction === -1 && at > last;
    yield* sorted(
      waiting.filter(({ instant }) => ready(instant)),
      direction,
    );
    waiting = waiting.filter(({ instant }) => !ready(instant));
    waiting.push(...readings.filter(({ instant }) => inRange(instant, query)));
    hour = packHour;
  }
  yield* sorted(waiting, direction);
}

/** Sorts by time and then by id. A reading that is in two packs has the same id in both and is given once. */
function* sorted(found: FoundMeasurement[], direction: number): Generator<FoundMeasurement> {
  const byTime = (a: FoundMeasurement, b: FoundMeasurement) =>
    a.instant - b.instant || (a.measurement.id < b.measurement.id ? -1 : a.measurement.id > b.measurement.id ? 1 : 0);
  let previous = '';
  for (const entry of found.sort((a, b) => direction * byTime(a, b))) {
    if (entry.measurement.id !== previous) yield entry;
    previous = entry.measurement.id;
  }
}

const inRange = (instant: number, { from, to }: MeasurementQuery): boolean =>
  (from === undefined || instant >= from) && (to === undefined || instant <= to);

function matches({ type, fragments }: Measurement, query: MeasurementQuery): boolean {
  if (query.type !== undefined && type !== query.type) return false;
  const { fragment: wanted, series } = query;
  const candidates = wanted === undefined ? Object.keys(fragments) : Object.hasOwn(fragments, wanted) ? [wanted] : [];
  if (series === undefined) return wanted === undefined || candidates.length > 0;
  return candidates.some((name) => {
    const fragment = fragments[name];
    return isObject(fragment) && Object.hasOwn(fragment, series);
  });
}
