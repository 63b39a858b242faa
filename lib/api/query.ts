import { defined } from '../base/defined';
import { Reader } from '../base/reader';
import { fail, ok, type Result } from '../base/result';
import type { PlatformError, Resource } from '../platform/errors';

/** What `take` reads from the query parameters of a request; refused with everything that is wrong with them. */
export function readQuery<T>(query: URLSearchParams, take: (query: Reader) => T): Result<T, PlatformError> {
  const reader = new Reader(
    (name) => query.getAll(name),
    (name) => `The query parameter ${name}`,
  );
  const values = take(reader);
  if (reader.faults.length === 0) return ok(values);
  return fail({ kind: 'invalid', resource: 'undefined', message: reader.faults.join('; ') });
}

/** An inclusive range of dates, ms since the epoch. */
export interface DateRange {
  readonly from?: number;
  readonly to?: number;
}

/** `dateFrom` and `dateTo`, or another pair of names. */
export function dateRangeOf(query: Reader, [from, to]: readonly [string, string] = ['dateFrom', 'dateTo']): DateRange {
  return defined({ from: query.date(from), to: query.date(to) });
}

/** A deletion of many is refused unless at least one of source and dates narrows it down (rest-api section 7). */
export function requireNarrowed(
  { source, from, to }: DateRange & { readonly source?: string },
  resource: Resource,
): Result<void, PlatformError> {
  if (source !== undefined || from !== undefined || to !== undefined) return ok(undefined);
  const message = 'At least one of the parameters source, dateFrom, dateTo is needed.';
  return fail({ kind: 'invalid', resource, message });
}
