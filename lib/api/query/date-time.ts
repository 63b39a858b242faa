import { instantOf, isoOf } from '../../base/instant';

/** An instant: its text with a zone, and ms since the epoch. */
export interface DateTime {
  readonly text: string;
  readonly ms: number;
}

const WITH_ZONE = /[T ].*(?:Z|z|[+-]\d\d(?::?\d\d)?)$/;

/**
 * Reads an ISO 8601 date or date-time; without a zone it is UTC
 * (docs/reference/rest-api.md#dates-in-bodies-and-queries). A text with a zone is kept as written. A
 * text without one is rewritten in UTC, so that it stays unambiguous. Undefined when the text is not a date.
 */
export function parseDateTime(text: string): DateTime | undefined {
  const ms = instantOf(text);
  if (ms === undefined) return undefined;
  return { ms, text: WITH_ZONE.test(text) ? text : isoOf(ms) };
}
