import { pathToFileURL } from 'node:url';
import { parse as csvParse } from 'csv-parse/sync';
import { csvParseRows } from 'd3-dsv';
import papaparse from 'papaparse';
import { parseRows } from '../lib/protocols/smartrest/csv';
import { CODEC_VECTORS } from './codec-vectors';

/** One parser of the comparison. `fields` walks what it returns as a decoder would, without turning it into another shape. */
interface Reader {
  readonly name: string;
  read(text: string): readonly (readonly string[])[];
  fields(text: string): number;
}

const reader = (name: string, read: (text: string) => string[][]): Reader => ({
  name,
  read,
  fields: (text) => {
    let fields = 0;
    for (const row of read(text)) fields += row.length;
    return fields;
  },
});

const cirrus: Reader = {
  name: 'cirrus',
  read: (text) => parseRows(text).map((row) => row.fields),
  fields: (text) => {
    let fields = 0;
    for (const row of parseRows(text)) fields += row.fields.length;
    return fields;
  },
};

export interface CodecResult {
  readonly name: string;
  /** Rows per second, one row per call. */
  readonly single: number;
  /** Rows per second, `BLOB_ROWS` rows per call. */
  readonly blob: number;
  /** Share of `CODEC_VECTORS` read as the reference says, 0 to 1. */
  readonly right: number;
}

const READERS: readonly Reader[] = [
  cirrus,
  reader('d3-dsv', (text) => csvParseRows(text)),
  reader('papaparse', (text) => papaparse.parse<string[]>(text).data),
  reader('csv-parse', (text) => csvParse(text, { relax_column_count: true, escape: '\\' })),
];

const ROUNDS = 9;
const ROUND_ROWS = 40_000;
const BLOB_ROWS = 500;

/** Rows like those of a weather station; none equal to the next, so that nothing is read from a cache. */
function sampleRows(count: number): string[] {
  const series = ['T', 'wind', 'humidity', 'pressure'];
  return Array.from({ length: count }, (_, n) => {
    const minute = String(n % 60).padStart(2, '0');
    return fresh(`200,acme_Weather,${series[n % 4]},${(n * 0.37) % 100},u${n},2026-02-03T04:${minute}:06.789+01:00`);
  });
}

/** A flat string as a decoded payload is one; joined strings would charge their flattening to whoever reads first. */
const fresh = (text: string): string => Buffer.from(text).toString();

/** Rows per second of one round over `texts`, which hold `rows` rows together. */
function timed(reader: Reader, texts: readonly string[], rows: number): number {
  const started = performance.now();
  let fields = 0;
  for (const text of texts) fields += reader.fields(text);
  const seconds = (performance.now() - started) / 1_000;
  if (fields !== rows * 6) throw new Error(`${reader.name} read ${fields} fields instead of ${rows * 6}`);
  return rows / seconds;
}

function share(reader: Reader): number {
  const right = CODEC_VECTORS.filter(({ text, rows }) => {
    try {
      return JSON.stringify(reader.read(text)) === JSON.stringify(rows);
    } catch {
      return false;
    }
  });
  return right.length / CODEC_VECTORS.length;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/**
 * Reads the same rows with each parser, in rounds that take turns so that a busy machine slows all of them alike; the
 * median round counts. Every parser gets fresh strings.
 */
export function codecBench(): readonly CodecResult[] {
  const rates = new Map(READERS.map((reader) => [reader, { single: [] as number[], blob: [] as number[] }]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [reader, rate] of rates) {
      const rows = sampleRows(ROUND_ROWS);
      const blobs = Array.from({ length: ROUND_ROWS / BLOB_ROWS }, (_, n) =>
        fresh(rows.slice(n * BLOB_ROWS, (n + 1) * BLOB_ROWS).join('\n')),
      );
      const single = timed(reader, rows, ROUND_ROWS);
      const blob = timed(reader, blobs, ROUND_ROWS);
      if (round === 0) continue; // the first round warms up
      rate.single.push(single);
      rate.blob.push(blob);
    }
  }
  return [...rates].map(([reader, { single, blob }]) => ({
    name: reader.name,
    single: median(single),
    blob: median(blob),
    right: share(reader),
  }));
}

/** The results as a table; ratios are this project's speed over the other's. */
export function codecTable(results: readonly CodecResult[]): string {
  const [own] = results;
  if (own === undefined) return '';
  const rate = (value: number, base: number): string =>
    `${Math.round(value).toLocaleString('en-US').padStart(10)} ${(base / value).toFixed(2).padStart(6)}x`;
  const lines = results.map(
    ({ name, single, blob, right }) =>
      `${name.padEnd(10)} ${rate(single, own.single)} ${rate(blob, own.blob)} ${(right * 100).toFixed(0).padStart(8)} %`,
  );
  const head = `${'reader'.padEnd(10)} ${'one row/call, rows/s'.padStart(18)} ${`${BLOB_ROWS}/call, rows/s`.padStart(18)} ${'right'.padStart(10)}`;
  return [head, ...lines].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(codecTable(codecBench()));
