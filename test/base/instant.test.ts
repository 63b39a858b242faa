import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, isoOf, timeKeyOf } from '../../lib/base/instant';

describe('instantOf', () => {
  it.each([
    ['2026-02-03T04:05:06.789Z', '2026-02-03T04:05:06.789Z'],
    ['2026-02-03T04:05:06.789+01:00', '2026-02-03T03:05:06.789Z'],
    ['2026-02-03T04:05:06-0130', '2026-02-03T05:35:06.000Z'],
    ['2026-02-03T04:05:06+01', '2026-02-03T03:05:06.000Z'],
    ['2026-02-03T04:05', '2026-02-03T04:05:00.000Z'],
    ['2026-02-03', '2026-02-03T00:00:00.000Z'],
    ['2026-02-03T04:05:06.123456789Z', '2026-02-03T04:05:06.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(isoOf(instantOf(text) ?? Number.NaN)).toBe(expected);
  });

  it.each([
    '',
    'now',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-02-03T24:00:00Z',
    '2026-02-03T04:60:00Z',
    '2026-02-03T04:05:06+24:00',
    '0000-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '26-02-03T04:05:06Z',
    '1770091506789',
    '2026-02-03T04:05:06.789Z ',
  ])('refuses %j', (text) => {
    expect(instantOf(text)).toBeUndefined();
  });

  it('reads back every instant it can write, and never throws', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (instant) => {
        expect(instantOf(isoOf(instant))).toBe(instant);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void instantOf(text)));
  });
});

describe('timeKeyOf', () => {
  it('cuts month, hour and rest in UTC', () => {
    expect(timeKeyOf(Date.UTC(2026, 1, 3, 4, 5, 6, 789))).toEqual({ month: '202602', hour: '0304', rest: '0506789' });
  });
});
