import { type Clock, systemClock } from '../lib/base/clock';

/** The system's clock plus an offset that can grow. The workers read the offset from shared memory. */
export class HostClock implements Clock {
  /** The shared memory, for `worker-preload.mjs` in every worker. */
  readonly buffer = new SharedArrayBuffer(8);
  private readonly offset = new BigInt64Array(this.buffer);

  now(): number {
    return Date.now() + Number(Atomics.load(this.offset, 0));
  }

  randomBytes(length: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(length));
  }

  /** Waits in real time. `advance` does not end the wait. */
  sleep(ms: number): Promise<void> {
    return systemClock.sleep(ms);
  }

  /** Moves the time of the whole embedded cloud forward, functions included. */
  advance(ms: number): void {
    Atomics.add(this.offset, 0, BigInt(Math.round(ms)));
  }
}
