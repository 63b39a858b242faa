import { createHash } from 'node:crypto';
import { instantOf, timeKeyOf } from '../../base/instant';
import { readingsPartition } from '../../storage/keys';
import type { Item, Key } from '../../storage/table';
import type { Measurement, ReadingIdentity } from '../model';
import { readingId } from './ids';
import { type PackedReading, pack, unpack } from './packed';

/** Bytes of a pack. DynamoDB takes 400 KB per item; the rest is room for the key and for a later rewrite. */
const MAX_PACK_BYTES = 300 * 1024;
const DAY_MS = 86_400_000;

/** The id of a measurement, made from what the device said and from its identity. `instant` is ms since the epoch. */
export function measurementId(
  source: string,
  reading: Pick<Measurement, 'time' | 'type' | 'fragments'>,
  instant: number,
  identity: ReadingIdentity,
): string {
  return readingId(source, { time: reading.time, instant, content: [reading.type, reading.fragments] }, identity);
}

/** When readings were received and how long they are kept. */
export interface Retention {
  /** When they were received, ms since the epoch. */
  readonly receivedAt: number;
  readonly retentionDays: number;
}

/**
 * The attributes of an item that expires: `r` = received (ms since the epoch), which reads compare with the retention
 * of today; `ttl` = when DynamoDB may drop the item (s since the epoch).
 */
export const expiryOf = ({ receivedAt, retentionDays }: Retention): { r: number; ttl: number } => ({
  r: receivedAt,
  ttl: Math.ceil((receivedAt + retentionDays * DAY_MS) / 1000),
});

/**
 * Measurements of one device and one UTC hour as items of the telemetry table. It is one item unless that would be too
 * large. The key is made from the content, so the same readings always make the same items.
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

/** What the sort key of every pack starts with. */
export const PACK_PREFIX = 'M#';
/** `M#<DDHH>#<mmssSSS of the last reading>#<hash of the ids>`. The key shows how new a pack's readings are at most. */
function packSortKey(measurements: readonly Measurement[]): string {
  const last = Math.max(...measurements.map(({ time }) => instantOf(time) ?? 0));
  const { hour, rest } = timeKeyOf(last);
  const ids = measurements.map(({ id }) => id).join();
  return `${PACK_PREFIX}${hour}#${rest}#${createHash('sha256').update(ids).digest('base64url').slice(0, 11)}`;
}

/** The lowest sort key of a pack that can hold a reading of this moment or a later one of its hour. */
export function packFloor(instant: number): string {
  const { hour, rest } = timeKeyOf(instant);
  return `${PACK_PREFIX}${hour}#${rest}`;
}

/** A measurement with what a query needs to sort it and to write its pack again. */
export interface FoundMeasurement {
  readonly measurement: Measurement;
  readonly instant: number;
  readonly packed: PackedReading;
}

/** The measurements in the item of a pack. */
export function measurementsIn(source: string, item: Item): FoundMeasurement[] {
  return unpack(item.d as Uint8Array).map((packed) => {
    const { time, type, fragments, identity } = packed;
    const instant = instantOf(time) ?? 0;
    const id = measurementId(source, packed, instant, identity);
    return { measurement: { id, source, time, type, fragments }, instant, packed };
  });
}
