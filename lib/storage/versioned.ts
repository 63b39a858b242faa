import { type Clock, randomBelow } from '../base/clock';
import { fail, ok, type Result } from '../base/result';
import type { Expression } from './table';

/** What a try returns when another writer changed the item after it was read. */
export const OVERTAKEN: unique symbol = Symbol('overtaken');
export type Overtaken = typeof OVERTAKEN;

/** More than as many others at once is no race but a loop. */
const ATTEMPTS = 12;
/** Full jitter below 10 ms before the third try, then below twice as much each time. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/** All tries lost against other writers. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';

  constructor(subject: string) {
    super(`${subject}: ${ATTEMPTS} writers were faster`);
  }
}

/**
 * Reads, changes and writes one item under its version. `attempt` does all three and returns `OVERTAKEN` when its write
 * lost; then it is called again. The second try is made at once, because a lone other writer is done by then; later ones
 * wait for a random time that grows, so that many writers do not meet again.
 */
export async function tryVersioned<T>(
  clock: Clock,
  attempt: () => Promise<T | Overtaken>,
): Promise<Result<T, Overtaken>> {
  for (let made = 0; made < ATTEMPTS; made++) {
    if (made > 1) await clock.sleep(pauseBefore(made, clock));
    const done = await attempt();
    if (done !== OVERTAKEN) return ok(done);
  }
  return fail(OVERTAKEN);
}

/**
 * As `tryVersioned`, where losing all tries is a fault and not an answer.
 * @throws OvertakenError that names the subject
 */
export async function versioned<T>(clock: Clock, subject: string, attempt: () => Promise<T | Overtaken>): Promise<T> {
  const done = await tryVersioned(clock, attempt);
  if (done.ok) return done.value;
  throw new OvertakenError(subject);
}

function pauseBefore(made: number, clock: Clock): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (made - 2), LONGEST_PAUSE_MS);
  return randomBelow(clock, longest);
}

/** The condition under which version n of an item, kept in `v` and counted from 1, is written over n - 1. */
export const replaces = (version: number): Expression =>
  version === 1 ? { text: 'attribute_not_exists(pk)' } : { text: 'v = :before', values: { ':before': version - 1 } };
