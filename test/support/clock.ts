import type { Clock } from '../../lib/base/clock';

/** A clock that stands still until a test moves it. Its random bytes are the same in every run. */
export class ManualClock implements Clock {
  private drawn = 0;
  private sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  constructor(private time: number = Date.UTC(2026, 1, 3, 4, 5, 6, 789)) {}

  now(): number {
    return this.time;
  }

  /** Moves time forward. */
  advance(ms: number): void {
    this.set(this.time + ms);
  }

  set(ms: number): void {
    this.time = ms;
    const awake = this.sleepers.filter(({ until }) => until <= ms);
    this.sleepers = this.sleepers.filter(({ until }) => until > ms);
    for (const { wake } of awake) wake();
  }

  /** Resolves when the clock has been moved by `ms`. */
  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.sleepers.push({ until: this.time + ms, wake });
    });
  }

  /** A counter through a 32-bit mixer: distinct draws, the same ones in every run. */
  randomBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      this.drawn = (this.drawn + 0x9e3779b9) >>> 0;
      let mixed = this.drawn;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      return (mixed ^ (mixed >>> 16)) & 0xff;
    });
  }
}

/** A clock that `sleep` moves forward, so that no test has to wait. */
export class FlowingClock extends ManualClock {
  /** The times waited, in milliseconds. */
  readonly waits: number[] = [];

  override async sleep(ms: number): Promise<void> {
    this.waits.push(ms);
    this.advance(ms);
  }
}
