import { createHash } from 'node:crypto';
import { instantOf, timeKeyOf } from '../../base/instant';
import { readingsPartition } from '../../storage/keys';
import type { Item, Key } from '../../storage/table';
import type { Measurement, ReadingIdentity } from '../model';
import { readingId } from './ids';
import { type PackedReading, pack, unpack } from './packed';

/** DynamoDB takes 400 KB an item; the rest is room for keys and for a later rewrite. */
const MAX_PACK_BYTES = 300 * 1024;
const DAY_MS = 86_400_000;

/** The id of a measurement, from what the device said and how it is told apart from others. */
export function measurementId(
  source: string,
  reading: Pick<Measurement, 'time' | 'type' | 'fragments'>,
  instant: number,
  identity: ReadingIdentity,
): string {
  return readingId(source, { time: reading.time, instant, content: [reading.type, reading.fragments] }, identity);
}

/** When readings came and how long they stay. */
export interface Retention {
  /** Ms since the epoch. */
  readonly receivedAt: number;
  readonly retentionDays: number;
}

/**
 * `r` = received, checked on read against the tenant's rule of today; `ttl` = when DynamoDB may drop it, in seconds.
 */
export const expiryOf = ({ receivedAt, retentionDays }: Retention): { r: number; ttl: number } => ({
  r: receivedAt,
  ttl: Math.ceil((receivedAt + retentionDays * DAY_MS) / 1000),
});

/**
 * Measurements of one device and one UTC hour as items of the telemetry table; one, unless it would be too large. The
 * key is made of the content, so the same readings always make the same items.
 */
export function measurementItems(
  tenant: string,
  readings: readonly { readonly measurement: Measurement; readonly identity: ReadingIdentity }[],
  retention: Retention,
): (Item & Key)[] {
  const bytes = pack(
    readings.map(({ measurement: { time, type, fragments }, identity }) => ({ time, type, fragments, identity })),
  );
  if (bytes.length > MAX_PACK_BYTES && readings.length > 1) {
    const half = Math.ceil(readings.length / 2);
    return [readings.slice(0, half), readings.slice(half)].flatMap((part) => measurementItems(tenant, part, retention));
  }
  const [first] = readings;
  if (first === undefined) return [];
  const { month } = timeKeyOf(instantOf(first.measurement.time) ?? 0);
  const pk = readingsPartition(tenant, first.measurement.source, month);
  return [{ pk, sk: packSortKey(readings.map(({ measurement }) => measurement)), d: bytes, ...expiryOf(retention) }];
}

export const PACK_PREFIX = 'M#';
/** `M#<DDHH>#<mmssSSS of the last reading>#<hash of the ids>`: newest first, a pack shows how new it can be. */
function packSortKey(measurements: readonly Measurement[]): string {
  const last = Math.max(...measurements.map(({ time }) => instantOf(time) ?? 0));
  const { hour, rest } = timeKeyOf(last);
  const ids = measurements.map(({ id }) => id).join();
  return `${PACK_PREFIX}${hour}#${rest}#${createHash('sha256').update(ids).digest('base64url').slice(0, 11)}`;
}

/** The sort key below which no pack holds a reading of this moment or a later one of the same hour. */
export function packFloor(instant: number): string {
  const { hour, rest } = timeKeyOf(instant);
  return `${PACK_PREFIX}${hour}#${rest}`;
}

/** A measurement with what a query needs to order and rewrite it. */
export interface FoundMeasurement {
  readonly measurement: Measurement;
  readonly instant: number;
  readonly packed: PackedReading;
}

/** The measurements inside a pack's item. */
export function measurementsIn(source: string, item: Item): FoundMeasurement[] {
  return unpack(item.d as Uint8Array).map((packed) => {
    const { time, type, fragments, identity } = packed;
    const instant = instantOf(time) ?? 0;
    const id = measurementId(source, packed, instant, identity);
    return { measurement: { id, source, time, type, fragments }, instant, packed };
  });
}
