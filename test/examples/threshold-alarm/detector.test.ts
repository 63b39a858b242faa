import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reading, verdictOf, withReading } from '../../../examples/threshold-alarm/detector';

const THRESHOLD = { limit: 80, readings: 3 };
const reading = (second: number, value: number): Reading => ({
  id: `m${second}`,
  time: new Date(second * 1000).toISOString(),
  value,
});
const readings = (...values: readonly number[]): Reading[] => values.map((value, at) => reading(at, value));
const newestOf = (all: readonly Reading[]): readonly Reading[] =>
  all.reduce<readonly Reading[]>((known, one) => withReading(known, one, THRESHOLD), []);

describe('the threshold', () => {
  it.each([
    [[], 'undecided'],
    [[81, 82], 'undecided'],
    [[81, 82, 83], 'exceeded'],
    [[81, 80, 83], 'undecided'],
    [[81, 82, 80], 'fine'],
    [[79], 'fine'],
    [[70, 81, 82, 83], 'exceeded'],
    [[81, 82, 83, 84, 79], 'fine'],
  ])('%j is %s', (values, verdict) => {
    expect(verdictOf(newestOf(readings(...values)), THRESHOLD)).toBe(verdict);
  });

  it('does not care in which order readings arrive, or how often', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 70, max: 90 }), { minLength: 1, maxLength: 8 }).chain((values) => {
          const all = readings(...values);
          return fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }));
        }),
        ([inOrder, arrived]) => {
          expect(newestOf(arrived)).toEqual(newestOf(inOrder));
        },
      ),
    );
  });
});
