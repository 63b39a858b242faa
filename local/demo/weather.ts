import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { csvParse } from 'd3-dsv';

/** One simulated station: what it measures and its year of hourly values, oldest first. */
export interface Station {
  readonly serial: string;
  readonly name: string;
  readonly fragment: string;
  readonly series: string;
  readonly unit: string;
  readonly values: readonly number[];
}

const HOUR_MS = 3_600_000;

/**
 * The hourly weather normals of Seattle (`vega-datasets`, 8,759 hours of one year) as three stations, one per column.
 */
export function stations(): Station[] {
  // the package exports its script only; the data lies beside it
  const script = createRequire(import.meta.url).resolve('vega-datasets');
  const file = join(dirname(script), '..', 'data', 'seattle-weather-hourly-normals.csv');
  const rows = csvParse(readFileSync(file, 'utf8'));
  const column = (name: string): number[] => rows.map((row) => Number(row[name]));
  return [
    { serial: 'weather-temperature', name: 'Thermometer', fragment: 'c8y_Temperature', series: 'T', unit: 'C', values: column('temperature') },
    { serial: 'weather-pressure', name: 'Barometer', fragment: 'c8y_Pressure', series: 'P', unit: 'hPa', values: column('pressure') },
    { serial: 'weather-wind', name: 'Anemometer', fragment: 'c8y_Wind', series: 'speed', unit: 'm/s', values: column('wind') },
  ];
}

/** The station's last `hours` values as SmartREST `200` rows, the newest of them one hour before `now` (ms). */
export function rowsOf(station: Station, hours: number, now: number): string[] {
  const newest = Math.floor(now / HOUR_MS) * HOUR_MS;
  const values = station.values.slice(-hours);
  return values.map((value, index) => {
    const time = new Date(newest - (values.length - index) * HOUR_MS).toISOString();
    return `200,${station.fragment},${station.series},${value},${station.unit},${time}`;
  });
}
