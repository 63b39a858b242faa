import { defined } from '../../base/defined';
import { isoOf } from '../../base/instant';
import { isNumber, isObject, type Json, type JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import type { Measurement } from '../../platform/model';
import type { Refusal } from '../../platform/refusal';
import { requireUsable } from '../access';
import { parseDateTime } from '../query/date-time';
import { dateRangeOf, readQuery } from '../query/query';
import type { RequestContext, RouteAnswer } from '../request';
import { type Route, route } from '../router';

/**
 * The values of a device as rows by time, one column per series (docs/reference/rest-api.md#series-of-measurements).
 */
export const seriesRoutes: readonly Route[] = [route('GET', '/measurement/measurements/series', 'device', readSeries)];

const MAX_ROWS = 5000;
const STEP_MS = { MINUTELY: 60_000, HOURLY: 3_600_000, DAILY: 86_400_000 } as const;
type Aggregation = keyof typeof STEP_MS;

async function readSeries(context: RequestContext): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const query = queryOf(request.query);
  if (!query.ok) return query;
  const { source, from, to, wanted, aggregation, revert } = query.value;
  const usable = await requireUsable(context, source);
  if (!usable.ok) return usable;
  const table = new SeriesTable(wanted, aggregation);
  const found = platform.measurements.list(call.origin.tenant, { source, from, to, descending: revert });
  for await (const measurement of found) if (!table.add(measurement)) break;
  return ok({ status: 200, bodyType: 'measurementSeries', body: table.body() });
}

interface SeriesQuery {
  readonly source: string;
  readonly from: number;
  readonly to: number;
  /** Names such as `c8y_Temperature.T`. Empty means all series. */
  readonly wanted: readonly string[];
  readonly aggregation?: Aggregation;
  readonly revert: boolean;
}

function queryOf(query: URLSearchParams): Result<SeriesQuery, Refusal> {
  const read = readQuery(query, (reader) => ({
    ...dateRangeOf(reader),
    source: reader.optional('source'),
    revert: reader.flag('revert'),
    aggregationType: reader.optional('aggregationType')?.toUpperCase(),
  }));
  if (!read.ok) return read;
  const { source, from, to, revert, aggregationType } = read.value;
  if (source === undefined || from === undefined || to === undefined) {
    const names = ['source', 'dateFrom', 'dateTo'].filter((name) => !query.get(name));
    return fail({ kind: 'invalid', reason: 'missing', what: 'parameters', names, subject: 'measurement' });
  }
  const aggregation = aggregations.find((known) => known === aggregationType);
  if (aggregationType !== undefined && aggregation === undefined) {
    const expected = `knows ${aggregations.join(', ')}`;
    const faults = [{ name: 'aggregationType', expected, given: aggregationType }];
    return fail({ kind: 'invalid', reason: 'parameters', subject: 'measurement', faults });
  }
  return ok(
    defined({
      source,
      from,
      to,
      wanted: query.getAll('series').flatMap((names) => names.split(',')),
      revert,
      aggregation,
    }),
  );
}

const aggregations: readonly Aggregation[] = ['DAILY', 'HOURLY', 'MINUTELY'];

interface Column {
  readonly at: number;
  readonly name: string;
  readonly type: string;
  unit: string;
}
type Cell = { min: number; max: number };

/** Collects measurements into rows. A row stands for one time, or for one step of the aggregation. */
class SeriesTable {
  private readonly columns = new Map<string, Column>();
  private readonly rows = new Map<string, Map<number, Cell>>();
  private truncated = false;

  constructor(
    private readonly wanted: readonly string[],
    private readonly aggregation: Aggregation | undefined,
  ) {}

  /** Adds a measurement; false when the table is full and has no row for it. */
  add({ time, fragments }: Measurement): boolean {
    for (const [type, fragment] of Object.entries(fragments)) {
      if (!isObject(fragment)) continue;
      for (const [name, value] of Object.entries(fragment)) {
        if (!this.isWanted(type, name) || !isObject(value) || !isNumber(value.value)) continue;
        const row = this.rowAt(time);
        if (row === undefined) return false;
        widen(row, this.column(type, name, value.unit).at, Number(value.value));
      }
    }
    return true;
  }

  body(): JsonObject {
    const columns = [...this.columns.values()];
    const values = [...this.rows].map(([time, row]) => [time, columns.map(({ at }) => cellView(row.get(at)))]);
    return {
      values: Object.fromEntries(values),
      series: columns.map(({ unit, name, type }) => ({ unit, name, type })),
      truncated: this.truncated,
    };
  }

  private isWanted(type: string, name: string): boolean {
    return this.wanted.length === 0 || this.wanted.includes(`${type}.${name}`);
  }

  private rowAt(time: string): Map<number, Cell> | undefined {
    const key = this.aggregation === undefined ? time : stepOf(time, STEP_MS[this.aggregation]);
    const known = this.rows.get(key);
    if (known !== undefined) return known;
    if (this.rows.size >= MAX_ROWS) {
      this.truncated = true;
      return undefined;
    }
    const row = new Map<number, Cell>();
    this.rows.set(key, row);
    return row;
  }

  private column(type: string, name: string, unit: Json | undefined): Column {
    const key = JSON.stringify([type, name]);
    const column = this.columns.get(key) ?? { at: this.columns.size, name, type, unit: '' };
    if (column.unit === '' && typeof unit === 'string') column.unit = unit;
    this.columns.set(key, column);
    return column;
  }
}

function widen(row: Map<number, Cell>, at: number, value: number): void {
  const cell = row.get(at);
  row.set(at, cell ? { min: Math.min(cell.min, value), max: Math.max(cell.max, value) } : { min: value, max: value });
}

const cellView = (cell: Cell | undefined): Json => (cell === undefined ? null : { min: cell.min, max: cell.max });

/** The start of the step a time falls into, UTC. */
function stepOf(time: string, stepMs: number): string {
  const ms = parseDateTime(time)?.ms ?? 0;
  return isoOf(Math.floor(ms / stepMs) * stepMs);
}
