import { readFileSync } from 'node:fs';
import { csvParse } from 'd3-dsv';

/** One simulated station: what it measures, and a year of hourly values, oldest first. */
export interface Station {
  readonly serial: string;
  readonly name: string;
  readonly fragment: string;
  readonly series: string;
  readonly unit: string;
  readonly values: readonly number[];
}

/** One value at its time, ms since the epoch. */
export interface Sample {
  readonly time: number;
  readonly value: number;
}

/** Time between two samples. An hour of the data becomes a minute, so that the year fits into a week. */
const STEP_MS = 60_000;

/**
 * Hourly weather normals of Seattle, 1981 to 2010, for 8,759 hours of a year. `local/demo/README.md` names the source.
 */
const NORMALS = new URL('seattle-weather-hourly-normals.csv', import.meta.url);

/** Three stations, one per column of the data. */
export function stations(): Station[] {
  const rows = csvParse(readFileSync(NORMALS, 'utf8'));
  const station = (column: string, name: string, fragment: string, series: string, unit: string): Station => ({
    serial: `weather-${column}`,
    name,
    fragment,
    series,
    unit,
    values: rows.map((row) => Number(row[column])),
  });
  return [
    station('temperature', 'Thermometer', 'c8y_Temperature', 'T', 'C'),
    station('pressure', 'Barometer', 'c8y_Pressure', 'P', 'hPa'),
    station('wind', 'Anemometer', 'c8y_Wind', 'speed', 'm/s'),
  ];
}

/** The station's values, a minute apart. The newest is at the last full minute before `now` (ms since the epoch). */
export function samplesOf({ values }: Station, now: number): Sample[] {
  const newest = Math.floor(now / STEP_MS - 1) * STEP_MS;
  return values.map((value, index) => ({ time: newest - (values.length - 1 - index) * STEP_MS, value }));
}

/** A sample as a SmartREST `200` row. */
export const rowOf = ({ fragment, series, unit }: Station, { time, value }: Sample): string =>
  `200,${fragment},${series},${value},${unit},${new Date(time).toISOString()}`;
