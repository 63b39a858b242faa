import { fail, ok, type Result } from '../../base/result';
import type { Refusal } from '../../platform/refusal';
import { parseDateTime } from './date-time';

const invalid = (name: string, expected: string, given: string): Result<never, Refusal> =>
  fail({ kind: 'invalid', reason: 'parameter', name, expected, given });

/** `true` or `false`, false when left out. */
export function flagOf(query: URLSearchParams, name: string): Result<boolean, Refusal> {
  const text = query.get(name);
  if (text === null || text === 'false') return ok(false);
  if (text === 'true' || text === '') return ok(true);
  return invalid(name, 'must be true or false', text);
}

/** A text parameter; an empty one counts as left out. */
export function textOf(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

/** A comma list; empty parts are skipped. */
export function listOf(query: URLSearchParams, name: string): readonly string[] | undefined {
  const parts = query
    .getAll(name)
    .flatMap((text) => text.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts;
}

/** A comma list of words of a vocabulary. */
export function wordsOf<T extends string>(
  query: URLSearchParams,
  name: string,
  vocabulary: readonly T[],
): Result<readonly T[] | undefined, Refusal> {
  const parts = listOf(query, name);
  if (parts === undefined) return ok(undefined);
  const words: T[] = [];
  for (const part of parts) {
    const word = vocabulary.find((known) => known === part.toUpperCase());
    if (word === undefined) return invalid(name, `knows ${vocabulary.join(', ')}`, part);
    words.push(word);
  }
  return ok(words);
}

/** A date in ms since the epoch. A `+` of the zone that was not sent as `%2B` arrives as a space and is read as meant. */
export function dateOf(query: URLSearchParams, name: string): Result<number | undefined, Refusal> {
  const text = query.get(name);
  if (text === null || text === '') return ok(undefined);
  const parsed = parseDateTime(text.replace(/ (?=\d\d:?\d\d$)/, '+'));
  return parsed === undefined ? invalid(name, 'is not an ISO 8601 date', text) : ok(parsed.ms);
}

/** An inclusive range of dates, ms since the epoch. */
export interface DateRange {
  readonly from?: number;
  readonly to?: number;
}

/** `dateFrom` and `dateTo`, or another pair of names. */
export function dateRangeOf(
  query: URLSearchParams,
  [fromName, toName]: readonly [string, string] = ['dateFrom', 'dateTo'],
): Result<DateRange, Refusal> {
  const from = dateOf(query, fromName);
  if (!from.ok) return from;
  const to = dateOf(query, toName);
  if (!to.ok) return to;
  return ok({
    ...(from.value !== undefined && { from: from.value }),
    ...(to.value !== undefined && { to: to.value }),
  });
}

/** A deletion of many is refused unless at least one of source and dates narrows it down (rest-api section 7). */
export function requireNarrowed(
  { source, from, to }: DateRange & { readonly source?: string },
  subject: 'measurement' | 'event',
): Result<void, Refusal> {
  if (source !== undefined || from !== undefined || to !== undefined) return ok(undefined);
  return fail({ kind: 'invalid', reason: 'notNarrowed', subject, parameters: ['source', 'dateFrom', 'dateTo'] });
}
