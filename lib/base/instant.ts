/**
 * ISO 8601 as devices and REST clients send it: a date, or a date with a time. Seconds, fraction and zone may be
 * missing. The offset is accepted as `+01:00`, `+0100` and `+01`.
 */
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z|z)|([+-])(\d\d):?(\d\d)?)?)?$/;

/** Milliseconds from the first to the last moment a four-digit year can name. */
export const FIRST_INSTANT = -62_167_219_200_000;
export const LAST_INSTANT = 253_402_300_799_999;

/**
 * The moment a time stamp names, in ms since the epoch. Undefined when it names none: a wrong form, 30 February, a year
 * that is outside 0000–9999 in UTC. Without a zone it is UTC (docs/reference/rest-api.md#dates-in-bodies-and-queries).
 * Digits below the millisecond are cut.
 */
export function instantOf(text: string): number | undefined {
  const found = ISO.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = ''] = found;
  const utc = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Date.parse rolls 30 February over to March
  if (Number.isNaN(utc) || new Date(utc).getUTCDate() !== Number(day)) return undefined;
  const [sign, hours = '0', minutes = '0'] = found.slice(9);
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  const instant = utc - offset;
  return instant < FIRST_INSTANT || instant > LAST_INSTANT ? undefined : instant;
}

/** A moment (ms since the epoch) as text, such as `2026-02-03T04:05:06.789Z`. */
export const isoOf = (instant: number): string => new Date(instant).toISOString();

/** A moment in the parts that the telemetry table's keys are made of, all in UTC. */
export interface TimeKey {
  /** `YYYYMM`, part of the partition key. */
  readonly month: string;
  /** Day and hour, `DDHH`. */
  readonly hour: string;
  /** Minute, second and millisecond, `mmssSSS`. */
  readonly rest: string;
}

/** @param instant ms since the epoch */
export function timeKeyOf(instant: number): TimeKey {
  const digits = isoOf(instant).replace(/\D/g, '');
  return { month: digits.slice(0, 6), hour: digits.slice(6, 10), rest: digits.slice(10, 17) };
}
