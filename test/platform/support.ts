import { fail, type Result } from '../../lib/base/result';
import type { Change } from '../../lib/changes/changes';
import type { Call } from '../../lib/platform/call';
import type { Origin } from '../../lib/platform/model';
import type { Refusal } from '../../lib/platform/refusal';
import type { SpelledRefusal } from '../../lib/protocols/protocol';
import { spell } from '../../lib/protocols/smartrest/refusals';
import { callAt as callAtTime } from '../support/calls';

/** A result with its refusal spelled as an error row has it. */
export const onErrorRow = <T>(result: Result<T, Refusal>): Result<T, SpelledRefusal> =>
  result.ok ? result : fail(spell(result.error));

export const START = Date.UTC(2026, 1, 3, 4, 5);

/** A call whose changes a test can look at. `ms` counts from `START`. */
export function callAt(ms: number, origin: Partial<Origin> = {}): Call & { readonly changes: readonly Change[] } {
  const call = callAtTime(START + ms, origin);
  return {
    ...call,
    get changes() {
      return call.effects.changes.map(({ change }) => change);
    },
  };
}

export const isoAt = (ms: number): string => new Date(START + ms).toISOString();

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
