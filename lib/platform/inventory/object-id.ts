import type { Clock } from '../../base/clock';

/** 2020-01-01T00:00:00Z. Counted from there, twelve digits are enough until 2051. */
const EPOCH = 1_577_836_800_000;
const TIME_DIGITS = 12;
const RANDOM_DIGITS = 6;

/**
 * A new internal id: 18 decimal digits, ordered by the time of creation. It fits a 64-bit integer, because some clients
 * parse it as one. The caller's conditional write makes sure that it is unique.
 */
export function newObjectId(clock: Clock): string {
  const time = String(clock.now() - EPOCH).padStart(TIME_DIGITS, '0');
  const [a = 0, b = 0, c = 0, d = 0] = clock.randomBytes(4);
  const random = (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % 10 ** RANDOM_DIGITS;
  return `${time}${String(random).padStart(RANDOM_DIGITS, '0')}`;
}
