import { randomFillSync } from 'node:crypto';
import type { Clock } from '../../src/clock';

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number;

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  randomBytes(length: number): Uint8Array {
    return randomFillSync(new Uint8Array(length));
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
