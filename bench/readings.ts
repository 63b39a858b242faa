/** One reading as a device takes it. */
export interface Reading {
  readonly serial: string;
  /** ms since the epoch. */
  readonly time: number;
  /** Degrees Celsius, one decimal. */
  readonly value: number;
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Numbers from 0 to 1 that look random and are the same in every run (Lehmer's generator). */
function* noise(): Generator<number, never> {
  const modulus = 2 ** 31 - 1;
  for (let state = 42; ; ) {
    state = (state * 48_271) % modulus;
    yield state / modulus;
  }
}

/**
 * A device's readings of the last full hour, in order and about one a second. Neither clock nor sensor is steady, so
 * that the readings pack no better than real ones. Throws a RangeError for more than 3600, which an hour cannot hold.
 */
export function readingsOf(serial: string, count: number, now: number): Reading[] {
  if (count > HOUR_MS / SECOND_MS) throw new RangeError(`an hour has no room for ${count} readings`);
  const start = Math.floor(now / HOUR_MS - 1) * HOUR_MS;
  const random = noise();
  return Array.from({ length: count }, (_, n) => ({
    serial,
    time: start + n * SECOND_MS + Math.floor(random.next().value * 100),
    value: Math.round(200 + 60 * Math.sin(n / 400) + 12 * random.next().value) / 10,
  }));
}

/** The reading as a SmartREST `200` row. */
export const rowOf = ({ time, value }: Reading): string =>
  `200,c8y_Temperature,T,${value},C,${new Date(time).toISOString()}`;

/** Payloads with this many rows each, in order. */
export function payloadsOf(readings: readonly Reading[], rowsPerPublish: number): string[] {
  const rows = readings.map(rowOf);
  const publishes = Math.ceil(rows.length / rowsPerPublish);
  return Array.from({ length: publishes }, (_, n) =>
    rows.slice(n * rowsPerPublish, (n + 1) * rowsPerPublish).join('\n'),
  );
}
