import { parse as csvParse } from 'csv-parse/sync';
import { csvParseRows } from 'd3-dsv';
import papaparse from 'papaparse';
import { parseRows } from '../lib/protocols/smartrest/csv';
import { formatNumber, table } from '../local/table';
import { CODEC_VECTORS } from './codec-vectors';
import { type Bench, type Check, median } from './report';

/**
 * One parser of the comparison. `fields` counts the fields of what it returns, as a decoder would walk through them.
 */
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

interface CodecResult {
  readonly name: string;
  /** Rows per second, one row per call. */
  readonly single: number;
  /** Rows per second, `BLOB_ROWS` rows per call. */
  readonly blob: number;
  /**
   * Share of `CODEC_VECTORS` that is read as docs/reference/static-templates.md#quotes-and-backslashes says, 0 to 1.
   */
  readonly right: number;
}

const READERS: readonly Reader[] = [
  cirrus,
  reader('d3-dsv', (text) => csvParseRows(text)),
  reader('papaparse', (text) => papaparse.parse<string[]>(text).data),
  reader('csv-parse', (text) => csvParse(text, { relax_column_count: true, escape: '\\' })),
];

/** The parser to compare with: the fastest of those that read plain rows right. */
const FASTEST_RIGHT_PEER = 'd3-dsv';
const ROUNDS = 9;
const ROUND_ROWS = 40_000;
const BLOB_ROWS = 500;

/** Rows like those of a weather station. No two are equal, so that no parser can answer from a cache. */
function sampleRows(count: number): string[] {
  const series = ['T', 'wind', 'humidity', 'pressure'];
  return Array.from({ length: count }, (_, n) => {
    const minute = String(n % 60).padStart(2, '0');
    return fresh(`200,acme_Weather,${series[n % 4]},${(n * 0.37) % 100},u${n},2026-02-03T04:${minute}:06.789+01:00`);
  });
}

/**
 * A flat string, as a decoded payload is. A joined string is flattened when it is first read, which would count as
 * parsing.
 */
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

/**
 * Reads the same rows with each parser, in turns, so that a busy machine slows all alike. The median round counts.
 * Every parser gets new strings.
 */
function measure(): readonly CodecResult[] {
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

/** How fast SmartREST rows are read, compared with three CSV parsers. */
export const codecBench: Bench = {
  name: 'codec',
  title: `Codec: reading SmartREST rows, rows/s, median of ${ROUNDS} rounds; ratio = this project's speed to the other's`,
  run: async () => {
    const results = measure();
    const [own, peer] = [resultOf(results, cirrus.name), resultOf(results, FASTEST_RIGHT_PEER)];
    const cells = (rate: number, base: number): string[] => [formatNumber(rate), `${formatNumber(base / rate, 2)}x`];
    const text = table(
      [
        { title: 'reader', align: 'left' },
        ...['1 row per call', 'ratio', `${BLOB_ROWS} per call`, 'ratio', 'read right'].map((title) => ({ title })),
      ],
      results.map(({ name, single, blob, right }) => [
        name,
        ...cells(single, own.single),
        ...cells(blob, own.blob),
        `${formatNumber(right * 100)} %`,
      ]),
    );
    const checks: Check[] = [
      { what: 'vectors read right', value: own.right * 100, unit: '%', target: { is: 'exactly', value: 100 } },
      {
        what: `one row per call, rows/s to ${FASTEST_RIGHT_PEER}`,
        value: own.single / peer.single,
        unit: 'x',
        target: { is: 'at least', value: 1 },
      },
    ];
    return { text, checks, figures: results };
  },
};

function resultOf(results: readonly CodecResult[], name: string): CodecResult {
  const found = results.find((result) => result.name === name);
  if (found === undefined) throw new Error(`no result of ${name}`);
  return found;
}
