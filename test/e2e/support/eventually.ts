import { vi } from 'vitest';

/** How long the stack may take to do what it was asked, in milliseconds; reached only by a failing test. */
const PATIENCE = 15_000;
const INTERVAL = 25;

/** Runs `check` until it neither throws nor rejects and gives what it returned; then the last error is the test's. */
export function eventually<T>(check: () => T | Promise<T>, { timeout = PATIENCE } = {}): Promise<T> {
  return vi.waitFor(check, { timeout, interval: INTERVAL });
}
