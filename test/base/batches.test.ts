import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../lib/base/batches';

const sizeOf = (size: number): number => size;
const sum = (batch: readonly number[], between: number): number =>
  batch.reduce((total, size) => total + size, between * (batch.length - 1));

const situations = fc.record({
  items: fc.array(fc.nat(12), { maxLength: 12 }),
  limit: fc.integer({ min: 1, max: 20 }),
  between: fc.nat(2),
  count: fc.integer({ min: 1, max: 5 }),
});
type Situation = typeof situations extends fc.Arbitrary<infer S> ? S : never;

/** Whether these items fit into one batch. */
const fits = (batch: readonly number[], { limit, between, count }: Situation): boolean =>
  batch.length === 1 || (batch.length <= count && sum(batch, between) <= limit);

/** The smallest number of batches, found by trying every way of cutting. */
function fewest(items: readonly number[], situation: Situation): number {
  const best = [0];
  for (let end = 1; end <= items.length; end++) {
    const starts = Array.from({ length: end }, (_, start) => start);
    const costs = starts.filter((start) => fits(items.slice(start, end), situation)).map((at) => (best[at] ?? 0) + 1);
    best.push(Math.min(...costs));
  }
  return best[items.length] ?? 0;
}

const check = (property: (situation: Situation, batches: readonly (readonly number[])[]) => void): void =>
  fc.assert(
    fc.property(situations, (situation) => property(situation, batchesOf(situation.items, { ...situation, sizeOf }))),
  );

describe('batches', () => {
  it('are filled up to the limit exactly', () => {
    expect(batchesOf([2, 3, 5, 1], { limit: 10, sizeOf })).toEqual([[2, 3, 5], [1]]);
    expect(batchesOf([2, 3, 3, 1], { limit: 10, sizeOf, between: 1 })).toEqual([[2, 3, 3], [1]]);
    expect(batchesOf([2, 3, 4, 1], { limit: 10, sizeOf, between: 1 })).toEqual([
      [2, 3],
      [4, 1],
    ]);
  });

  it('hold no more items than they may', () => {
    expect(batchesOf([1, 1, 1, 1, 1], { limit: 10, sizeOf, count: 2 })).toEqual([[1, 1], [1, 1], [1]]);
  });

  it('are none of nothing', () => {
    expect(batchesOf([], { limit: 10, sizeOf })).toEqual([]);
  });

  it('give an item over the limit a batch of its own', () => {
    expect(batchesOf([1, 11, 1], { limit: 10, sizeOf })).toEqual([[1], [11], [1]]);
  });

  it('keep the order, lose nothing and are never empty', () => {
    check(({ items }, batches) => {
      expect(batches.flat()).toEqual(items);
      for (const batch of batches) expect(batch.length).toBeGreaterThan(0);
    });
  });

  it('keep the limits, but for a single item', () => {
    check((situation, batches) => {
      for (const batch of batches) expect(fits(batch, situation)).toBe(true);
    });
  });

  it('are as few as their order allows', () => {
    check((situation, batches) => {
      expect(batches.length).toBe(fewest(situation.items, situation));
    });
  });
});
