import { parseJson, printJson } from '../../base/exact-json';
import { instantOf, isoOf, timeKeyOf } from '../../base/instant';
import type { JsonObject } from '../../base/json';
import { ok, type Result } from '../../base/result';
import { between } from '../../storage/key-conditions';
import { readingsPartition } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { ConditionFailed, Item, Key, Table } from '../../storage/table';
import { millisOf } from '../journal';
import type { AsOf, DeviceEvent } from '../model';
import type { EventRecord } from './event-changes';
import { readingIdAt, readingPlace } from './ids';
import { MonthCatalogue } from './month-items';
import { expiryOf, type Retention } from './packs';

/** Which events of a device to read. */
export interface EventQuery {
  readonly source: string;
  /** Both ends belong to the range, ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
  /** Oldest first. Default: newest first. */
  readonly ascending?: boolean;
  /** Readings received before this moment have expired, ms since the epoch. */
  readonly keptSince: number;
  /** The months of the device's readings, ascending, when the caller has read them. */
  readonly months?: readonly string[];
}

const PREFIX = 'E#';
const sortKey = (instant: number, hash = ''): string => {
  const { hour, rest } = timeKeyOf(instant);
  return `${PREFIX}${hour}${rest}#${hash}`;
};

function keyOf(tenant: string, id: string): Key | undefined {
  const place = readingPlace(id);
  if (place === undefined) return undefined;
  const { month } = timeKeyOf(place.instant);
  return { pk: readingsPartition(tenant, place.device, month), sk: sortKey(place.instant, place.hash) };
}

/** What is written of an event: the event, when it was received, and the number of the decision that it exists. */
export interface NewEvent {
  readonly event: DeviceEvent;
  readonly asOf: AsOf;
  readonly decision?: number;
}

/**
 * Writes an event unless it exists: a redelivery must not undo an update. It costs one write unit per started KB. Of the
 * same event in two rows the earlier one counts, as long as nobody has changed it. An event that was taken back is
 * written only by a later decision.
 * @throws Error when `readingId` did not make the event's id
 */
export async function createEvent(
  telemetry: Table,
  tenant: string,
  { event, asOf, decision }: NewEvent,
  retention: Retention,
): Promise<void> {
  const key = keyOfNew(tenant, event);
  const item = {
    ...key,
    y: event.type,
    x: event.text,
    t: event.time,
    c: instantOf(event.creationTime) ?? retention.receivedAt,
    o: asOf,
    f: printJson(event.fragments),
    w: decision,
    ...expiryOf(retention),
  };
  const isFirst = 'attribute_not_exists(pk) OR g = :gone OR (o > :o AND attribute_not_exists(v))';
  if (decision === undefined) {
    await telemetry.put(item, { text: isFirst, values: { ':o': asOf, ':gone': true } });
    return;
  }
  const isLater = {
    text: 'attribute_not_exists(pk) OR (g = :gone AND w < :w)',
    values: { ':gone': true, ':w': decision },
  };
  const written = await telemetry.put(item, isLater);
  if (written.ok) return;
  // an older row makes the same event: what was received in between was received after it
  await telemetry.update(
    key,
    { text: 'SET o = :o, c = :c', values: { ':o': asOf, ':c': item.c } },
    { text: 'attribute_exists(pk) AND o > :o AND attribute_not_exists(v) AND attribute_not_exists(g)' },
  );
  // it exists by an earlier decision: an even earlier one must not take it back
  const kept = await telemetry.update(
    key,
    { text: 'SET w = :w', values: { ':w': decision } },
    { text: 'attribute_exists(pk) AND w < :w AND attribute_not_exists(g)' },
  );
  // such a one may have done so since the first write
  if (!kept.ok) await telemetry.put(item, isLater);
}

/**
 * Takes an event back, unless a later decision has made it, or a row that always makes its event. What stays is a mark
 * that readers do not see.
 */
export async function retractEvent(
  telemetry: Table,
  tenant: string,
  { event, decision }: Pick<NewEvent, 'event'> & { readonly decision: number },
  retention: Retention,
): Promise<void> {
  const { r, ttl } = expiryOf(retention);
  await telemetry.update(
    keyOfNew(tenant, event),
    {
      text: 'SET g = :gone, w = :w, r = :r, #ttl = :ttl',
      names: { '#ttl': 'ttl' },
      values: { ':gone': true, ':w': decision, ':r': r, ':ttl': ttl },
    },
    { text: 'attribute_not_exists(pk) OR w < :w' },
  );
}

function keyOfNew(tenant: string, event: DeviceEvent): Key {
  const key = keyOf(tenant, event.id);
  if (key === undefined) throw new Error(`event id ${event.id} was not made by readingId`);
  return key;
}

/** One event by id: one read unit. Undefined when there is none or it has expired. */
export async function findEvent(
  telemetry: Table,
  tenant: string,
  id: string,
  keptSince: number,
): Promise<EventRecord | undefined> {
  const key = keyOf(tenant, id);
  const item = key && (await telemetry.get(key));
  return item === undefined || item.g === true || item.r < keptSince
    ? undefined
    : recordOf(readingPlace(id)?.device ?? '', item);
}

/**
 * Stores a changed event. Fails when another change came between; then the caller reads and applies its change again.
 */
export async function replaceEvent(
  telemetry: Table,
  tenant: string,
  record: EventRecord,
): Promise<Result<void, ConditionFailed>> {
  const key = keyOf(tenant, record.event.id);
  if (key === undefined) return ok(undefined);
  const { text, type, fragments } = record.event;
  const done = await telemetry.update(
    key,
    {
      text: 'SET x = :x, y = :y, f = :f, a = :a, v = :next',
      values: {
        ':x': text,
        ':y': type,
        ':f': printJson(fragments),
        ':a': printJson(record.changes),
        ':next': record.version + 1,
        ':v': record.version,
      },
    },
    { text: record.version === 0 ? 'attribute_exists(pk) AND (attribute_not_exists(v) OR v = :v)' : 'v = :v' },
  );
  return done.ok ? ok(undefined) : done;
}

/** Deletes an event; false when there is none. */
export async function deleteEvent(telemetry: Table, tenant: string, id: string): Promise<boolean> {
  const key = keyOf(tenant, id);
  return key !== undefined && (await telemetry.delete(key, { text: 'attribute_exists(pk)' })).ok;
}

/** Events of one device in the order of time, as they are stored. A page is read when the caller gets to it. */
export async function* queryEvents(telemetry: Table, tenant: string, query: EventQuery): AsyncGenerator<EventRecord> {
  const { source, from, to, keptSince, ascending = false } = query;
  if (from !== undefined && to !== undefined && from > to) return;
  const [first, last] = [from, to].map((at) => (at === undefined ? undefined : timeKeyOf(at).month));
  const known = query.months ?? (await MonthCatalogue.forTable(telemetry).list(tenant, source));
  const months = known.filter(
    (month) => (first === undefined || month >= first) && (last === undefined || month <= last),
  );
  for (const month of ascending ? months : months.reverse()) {
    const floor = from !== undefined && month === first ? sortKey(from) : PREFIX;
    const ceiling = to !== undefined && month === last ? sortKey(to, '~') : `${PREFIX}~`;
    const where = between(readingsPartition(tenant, source, month), floor, ceiling);
    for await (const item of growingPages(telemetry, { where, descending: !ascending })) {
      if (item.r >= keptSince && item.g !== true) yield recordOf(source, item);
    }
  }
}

function recordOf(source: string, item: Item): EventRecord {
  const changes = parseJson<Record<string, string>>(item.a ?? '{}');
  const creationTime = isoOf(item.c);
  const latest = Object.values(changes).sort().at(-1);
  return {
    event: {
      // the sort key ends with the hash
      id: readingIdAt({ device: source, instant: instantOf(item.t) ?? 0, hash: String(item.sk).slice(-15) }),
      source,
      time: item.t,
      type: item.y,
      text: item.x,
      creationTime,
      lastUpdated: latest === undefined ? creationTime : isoOf(Math.max(item.c, millisOf(latest))),
      fragments: parseJson<JsonObject>(item.f),
    },
    version: item.v ?? 0,
    changes,
    asOf: item.o ?? String(item.c).padStart(13, '0'),
    receivedAt: item.r,
  };
}
