import type { Clock } from '../../base/clock';

/** Digits after the milliseconds: where operations of the same millisecond differ. */
const TAIL_DIGITS = 4;
const TAIL = 10n ** BigInt(TAIL_DIGITS);

/**
 * Ids of operations: decimal digits, ascending by creation, within one instance even in the same millisecond. Two
 * instances can draw the same one; the conditional write of the record tells.
 */
export class OperationIds {
  private last = 0n;

  constructor(private readonly clock: Clock) {}

  /** `createdAt` in ms since the epoch. */
  next(): { readonly id: string; readonly createdAt: number } {
    const createdAt = this.clock.now();
    const [high = 0, low = 0] = this.clock.randomBytes(2);
    // the upper half stays free, so that a burst in one millisecond keeps its order
    const drawn = BigInt(createdAt) * TAIL + (BigInt(high * 256 + low) % (TAIL / 2n));
    this.last = drawn > this.last ? drawn : this.last + 1n;
    return { id: String(this.last), createdAt };
  }
}
