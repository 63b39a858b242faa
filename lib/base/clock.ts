/** The one source of time and randomness. Everything that needs either, or has to wait, takes a `Clock`. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** `length` random bytes, fit for secrets. */
  randomBytes(length: number): Uint8Array;
  /** Resolves `ms` milliseconds later. */
  sleep(ms: number): Promise<void>;
}

/** The global under which a host (the embedded cloud, a test) puts its clock before it loads a function's module. */
export const CLOCK_HOOK: unique symbol = Symbol.for('cirrus.clock') as never;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
};

/** A random whole number from 0 to below `limit`, which is at most 65,536. */
export function randomBelow(clock: Clock, limit: number): number {
  const [high = 0, low = 0] = clock.randomBytes(2);
  return Math.floor(((high * 256 + low) / 65_536) * limit);
}

/** The clock of this process: the host's when one is installed, the system's otherwise. */
export function processClock(): Clock {
  const hosted = (globalThis as { [CLOCK_HOOK]?: Clock })[CLOCK_HOOK];
  return hosted ?? systemClock;
}
