import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/faults/seeded-random';

const draws = (seed: string): readonly number[] => {
  const random = new SeededRandom(seed);
  return Array.from({ length: 200 }, () => random.below(10));
};

describe('random numbers of a seed', () => {
  it('are the same each time, and others for another seed', () => {
    expect(draws('a')).toEqual(draws('a'));
    expect(draws('a')).not.toEqual(draws('b'));
  });

  it('spread over the range', () => {
    expect([...new Set(draws('a'))].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('follow weights', () => {
    const random = new SeededRandom('weights');
    const drawn = Array.from({ length: 1_000 }, () => random.weighted({ often: 9, seldom: 1, never: 0 }));
    expect(drawn.filter((name) => name === 'often').length).toBeGreaterThan(800);
    expect(drawn).toContain('seldom');
    expect(drawn).not.toContain('never');
  });

  it('picks nothing from nothing', () => {
    expect(() => new SeededRandom('a').pick([])).toThrow('nothing to pick from');
  });
});
