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

/** A device's readings, one a second in the last full hour, in that order; at most 3600 so that they stay within it. */
export function readingsOf(serial: string, count: number, now: number): Reading[] {
  if (count > HOUR_MS / SECOND_MS) throw new RangeError(`an hour has no room for ${count} readings`);
  const start = Math.floor(now / HOUR_MS - 1) * HOUR_MS;
  return Array.from({ length: count }, (_, n) => ({
    serial,
    time: start + n * SECOND_MS,
    value: Math.round(200 + 60 * Math.sin(n / 40) + 9 * Math.sin(n * 7)) / 10,
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
