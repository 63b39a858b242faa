import { instantOf, isoOf } from '../../base/instant';

/** An instant as it was written: the text with its zone, and ms since the epoch. */
export interface DateTime {
  readonly text: string;
  readonly ms: number;
}

const WITH_ZONE = /[T ].*(?:Z|z|[+-]\d\d(?::?\d\d)?)$/;

/**
 * Reads an ISO 8601 date or date-time; without a zone it is UTC
 * (docs/reference/rest-api.md#dates-in-bodies-and-queries). A text with a zone is kept as written. One without is
 * written in UTC, so that nobody has to guess later. Undefined when it names no instant.
 */
export function parseDateTime(text: string): DateTime | undefined {
  const ms = instantOf(text);
  if (ms === undefined) return undefined;
  return { ms, text: WITH_ZONE.test(text) ? text : isoOf(ms) };
}
