import type { Clock } from '../../lib/base/clock';

/** A clock that stands still until a test moves it; its random bytes repeat from run to run. */
export class ManualClock implements Clock {
  private drawn = 0;

  constructor(private time: number = Date.UTC(2026, 1, 3, 4, 5, 6, 789)) {}

  now(): number {
    return this.time;
  }

  /** Moves time forward. */
  advance(ms: number): void {
    this.time += ms;
  }

  set(ms: number): void {
    this.time = ms;
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
