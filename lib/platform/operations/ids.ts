import type { Clock } from '../../base/clock';

/** Digits after the milliseconds. Operations of the same millisecond differ in them. */
const TAIL_DIGITS = 4;
const TAIL = 10n ** BigInt(TAIL_DIGITS);

/**
 * Makes ids of operations: decimal digits, ascending by creation. Within one instance they ascend even in the same
 * millisecond. Two instances can make the same id; the conditional write of the record notices it.
 */
export class OperationIds {
  private last = 0n;

  constructor(private readonly clock: Clock) {}

  /** The next id, and the time of creation that belongs to it (ms since the epoch). */
  next(): { readonly id: string; readonly createdAt: number } {
    const createdAt = this.clock.now();
    const [high = 0, low = 0] = this.clock.randomBytes(2);
    // the upper half stays free, so that a burst in one millisecond keeps its order
    const drawn = BigInt(createdAt) * TAIL + (BigInt(high * 256 + low) % (TAIL / 2n));
    this.last = drawn > this.last ? drawn : this.last + 1n;
    return { id: String(this.last), createdAt };
  }
}
