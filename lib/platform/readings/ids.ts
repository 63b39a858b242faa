import { createHash } from 'node:crypto';
import { printJson } from '../../base/exact-json';
import { FIRST_INSTANT, LAST_INSTANT } from '../../base/instant';
import type { Json } from '../../base/json';
import type { ReadingIdentity } from '../model';

/**
 * The id of a measurement or event: decimal digits that tell where it is stored, so that reading by id needs no scan.
 * It is the device id, then 15 digits with the ms since year 0 (UTC), then 15 digits with 48 bits of the identity's
 * SHA-256.
 */
const TIME_DIGITS = 15;
const HASH_DIGITS = 15;
const HASH_BYTES = 6;

/** What a reading's id says. */
export interface ReadingPlace {
  readonly device: string;
  /** The moment of the reading, ms since the epoch. */
  readonly instant: number;
  /** The last 15 digits of the id. */
  readonly hash: string;
}

/**
 * The id of a reading. A reading that is sent again with the same device time and content, or delivered again by the
 * broker, gets the same id. `content` is everything that the device said except the time. `time` is the text, `instant`
 * the moment that it means (ms since the epoch).
 */
export function readingId(
  device: string,
  reading: { readonly time: string; readonly instant: number; readonly content: Json },
  identity: ReadingIdentity,
): string {
  const subject =
    identity.by === 'content' ? [device, reading.time, reading.content] : [device, identity.messageId, identity.row];
  const digest = createHash('sha256').update(printJson(subject)).digest();
  const hash = String(digest.readUIntBE(0, HASH_BYTES)).padStart(HASH_DIGITS, '0');
  return readingIdAt({ device, instant: reading.instant, hash });
}

/** The inverse of `readingPlace`. */
export function readingIdAt({ device, instant, hash }: ReadingPlace): string {
  return `${device}${String(instant - FIRST_INSTANT).padStart(TIME_DIGITS, '0')}${hash}`;
}

/** Where a reading is stored; undefined when the text is no reading id. */
export function readingPlace(id: string): ReadingPlace | undefined {
  if (!/^\d{31,60}$/.test(id)) return undefined;
  const device = id.slice(0, -(TIME_DIGITS + HASH_DIGITS));
  const instant = Number(id.slice(-(TIME_DIGITS + HASH_DIGITS), -HASH_DIGITS)) + FIRST_INSTANT;
  return instant > LAST_INSTANT ? undefined : { device, instant, hash: id.slice(-HASH_DIGITS) };
}
