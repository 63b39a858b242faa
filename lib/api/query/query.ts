import { defined } from '../../base/defined';
import { Reader } from '../../base/reader';
import { fail, ok, type Result } from '../../base/result';
import type { Refusal } from '../../platform/refusal';

/** Reads the query parameters of a request with `take`. One refusal names all that are wrong. */
export function readQuery<T>(query: URLSearchParams, take: (query: Reader) => T): Result<T, Refusal> {
  const reader = new Reader((name) => query.getAll(name));
  const values = take(reader);
  if (reader.faults.length === 0) return ok(values);
  return fail({ kind: 'invalid', reason: 'parameters', faults: reader.faults });
}

/** An inclusive range of dates, ms since the epoch. */
export interface DateRange {
  readonly from?: number;
  readonly to?: number;
}

/** Reads `dateFrom` and `dateTo`, or the two parameters with the given names. */
export function dateRangeOf(query: Reader, [from, to]: readonly [string, string] = ['dateFrom', 'dateTo']): DateRange {
  return defined({ from: query.date(from), to: query.date(to) });
}

/**
 * Reads which readings a deletion means. It is refused unless at least one of source and dates narrows them down
 * (docs/reference/rest-api.md#deleting-many-readings).
 */
export function readNarrowed<T extends DateRange & { readonly source?: string }>(
  query: URLSearchParams,
  take: (query: Reader) => T,
  subject: 'measurement' | 'event',
): Result<T, Refusal> {
  const filter = readQuery(query, take);
  if (!filter.ok) return filter;
  const { source, from, to } = filter.value;
  if (source !== undefined || from !== undefined || to !== undefined) return filter;
  return fail({ kind: 'invalid', reason: 'notNarrowed', subject, parameters: ['source', 'dateFrom', 'dateTo'] });
}
