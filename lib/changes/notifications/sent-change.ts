import { hasExactNumbers, printJson } from '../../base/exact-json';
import type { JsonObject } from '../../base/json';
import type { Change } from '../changes';

/**
 * A change as the function is invoked with it. Lambda reads the event with `JSON.parse`. So an object with a number that
 * this would spell differently is sent as a text.
 */
export interface SentChange extends Omit<Change, 'object'> {
  readonly object: JsonObject | string;
}

/** The change as it is sent. */
export const sentChange = (change: Change): SentChange =>
  hasExactNumbers(change.object) ? { ...change, object: printJson(change.object) } : change;
