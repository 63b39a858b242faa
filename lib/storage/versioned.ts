import { type Clock, randomBelow } from '../base/clock';
import { fail, ok, type Result } from '../base/result';
import type { Expression } from './table';

/** What an attempt returns when another writer changed the item after it was read. */
export const OVERTAKEN: unique symbol = Symbol('overtaken');
export type Overtaken = typeof OVERTAKEN;

/** Before the third try: a random time below 10 ms. The bound doubles with each further try. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;
/**
 * How long the pauses of one write may be together. A function has 15 seconds for a message, so it gives up before its
 * time is over and the message is tried again. Fifty writers that start at the same moment all get through.
 */
const LONGEST_WAIT_MS = 8_000;
/** For a clock whose random numbers are zero, so that even then the tries end. */
const ATTEMPTS = 200;

/** All tries lost against other writers. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';

  constructor(subject: string) {
    super(`${subject}: other writers were faster for ${LONGEST_WAIT_MS / 1_000} seconds`);
  }
}

/**
 * Reads, changes and writes one item under its version. `attempt` does all three. It returns `OVERTAKEN` when its write
 * lost, and then it is called again. The second try is made at once, because a single other writer has finished by
 * then. Later tries wait for a random time that grows, so that many writers do not collide again. It gives up by the
 * time that it waited, not by the number of tries: among many writers each has to lose often, and one of them always
 * wins.
 */
export async function tryVersioned<T>(
  clock: Clock,
  attempt: () => Promise<T | Overtaken>,
): Promise<Result<T, Overtaken>> {
  let waited = 0;
  for (let made = 0; made < ATTEMPTS; made++) {
    const pause = made > 1 ? pauseBefore(made, clock) : 0;
    waited += pause;
    if (waited > LONGEST_WAIT_MS) break;
    if (made > 1) await clock.sleep(pause);
    const done = await attempt();
    if (done !== OVERTAKEN) return ok(done);
  }
  return fail(OVERTAKEN);
}

/**
 * Like `tryVersioned`, but it is a fault when all tries lost.
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

/** The condition for writing version n of an item over version n - 1. The version is in `v` and starts with 1. */
export const replaces = (version: number): Expression =>
  version === 1 ? { text: 'attribute_not_exists(pk)' } : { text: 'v = :before', values: { ':before': version - 1 } };
