import { describe, expect, it } from 'vitest';
import { type Check, checkTable, exitCodeOf, median, reached } from '../../bench/report';

const check = (value: number, is: Check['target']['is'], target: number): Check => ({
  what: 'figure',
  value,
  unit: 'x',
  target: { is, value: target },
});

describe('a figure', () => {
  it.each([
    [1, 'at least', 1, true],
    [0.99, 'at least', 1, false],
    [1.2, 'at most', 1.2, true],
    [1.21, 'at most', 1.2, false],
    [1, 'above', 1, false],
    [1.01, 'above', 1, true],
    [1, 'exactly', 1, true],
    [1.01, 'exactly', 1, false],
  ] as const)('of %d is %s %d: %s', (value, is, target, expected) => {
    expect(reached(check(value, is, target))).toBe(expected);
  });

  it('that is not a number is missed, whatever the target', () => {
    for (const is of ['at least', 'at most', 'above', 'exactly'] as const) {
      expect(reached(check(Number.NaN, is, 1))).toBe(false);
    }
  });

  it('is printed beside its target', () => {
    const [, , hit, missed] = checkTable([check(1.5, 'above', 1), check(0.5, 'above', 1)]).split('\n');
    expect(hit).toMatch(/^figure +1\.50x +above 1x +ok$/);
    expect(missed).toMatch(/^figure +0\.50x +above 1x +MISSED$/);
  });
});

describe('a run', () => {
  it('ends with 1 as soon as one figure is missed', () => {
    expect(exitCodeOf([])).toBe(0);
    expect(exitCodeOf([check(1, 'at least', 1), check(2, 'at least', 1)])).toBe(0);
    expect(exitCodeOf([check(1, 'at least', 1), check(0.5, 'at least', 1)])).toBe(1);
  });
});

describe('median', () => {
  it('is the middle sample, whatever their order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });
});
