/** The one source of time and randomness. Everything that needs either takes a `Clock`, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** `length` random bytes, fit for secrets. */
  randomBytes(length: number): Uint8Array;
}

/** The machine's own time and randomness. */
export const systemClock: Clock = {
  now: () => Date.now(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};
