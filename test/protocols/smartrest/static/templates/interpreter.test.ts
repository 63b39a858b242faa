import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printJson } from '../../../../../lib/base/exact-json';
import {
  boolean,
  date,
  integer,
  number,
  oneOf,
  oneOfInAnyCase,
  unlessFalse,
} from '../../../../../lib/protocols/smartrest/static/templates/interpreter';

describe('number', () => {
  it.each([
    ['25', 25],
    ['-3', -3],
    ['+3', 3],
    ['12.75', 12.75],
    ['.5', 0.5],
    ['5.', 5],
    ['007', 7],
    ['9007199254740991', 9007199254740991],
  ])('reads %s', (value, expected) => {
    expect(number.read(value)).toBe(expected);
  });

  it.each(['1e3', '-1.5E-3', '-0', '0.0', '1.10', '12345678901234567890'])('keeps how %s is spelled', (value) => {
    expect(printJson(number.read(value))).toBe(value);
    expect(Number(number.read(value))).toBe(Number(value));
  });

  it.each([
    '',
    ' ',
    'abc',
    '1,5',
    '0x10',
    '0b1',
    'NaN',
    'Infinity',
    '-Infinity',
    '1e400',
    '--1',
    '+-1',
    '.',
    '-',
    'e5',
    '1 2',
    '١',
  ])('refuses %j', (value) => {
    expect(number.read(value)).toBeUndefined();
  });

  it('reads every double as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(number.read(String(value))).toBe(value + 0);
      }),
    );
  });
});

describe('integer', () => {
  it.each([
    ['30', 30],
    ['-1', -1],
    ['30.0', 30],
    ['1e3', 1000],
  ])('reads %s', (value, expected) => {
    expect(integer.read(value)).toBe(expected);
  });

  it.each(['4.5', '9007199254740992', 'x'])('refuses %s', (value) => {
    expect(integer.read(value)).toBeUndefined();
  });
});

describe('words', () => {
  it('reads booleans in any case', () => {
    expect(['true', 'FALSE', 'True', 'yes', '1', ''].map(boolean.read)).toEqual([
      true,
      false,
      true,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('reads the marker of 101: only false is false', () => {
    expect(['true', 'false', 'False', 'maybe'].map(unlessFalse.read)).toEqual([true, false, false, true]);
  });

  it('reads enumerations exactly, or in any case where that is allowed', () => {
    expect(['A', 'a', 'B', ''].map(oneOf('A', 'B').read)).toEqual(['A', undefined, 'B', undefined]);
    expect(['A', 'a', 'b', 'c'].map(oneOfInAnyCase('A', 'B').read)).toEqual(['A', 'A', 'B', undefined]);
  });
});

describe('date', () => {
  it.each([
    ['2026-02-03T04:05:06.789+01:00'],
    ['2026-02-03T04:05:06Z'],
    ['2026-02-03T04:05:06.123456789-11:30'],
    ['2024-02-29T23:59:59Z'],
    ['2000-02-29T00:00:00+18:00'],
  ])('keeps %s as sent', (value) => {
    expect(date.read(value)).toBe(value);
  });

  it.each([
    ['2026-02-03T04:05:06', '2026-02-03T04:05:06Z'],
    ['2026-02-03T04:05:06.7', '2026-02-03T04:05:06.7Z'],
    ['2026-02-03T04:05Z', '2026-02-03T04:05:00Z'],
    ['2026-02-03T04:05', '2026-02-03T04:05:00Z'],
    ['2026-02-03T04:05:06+0100', '2026-02-03T04:05:06+01:00'],
    ['2026-02-03T04:05:06-07', '2026-02-03T04:05:06-07:00'],
  ])('completes %s to %s', (value, expected) => {
    expect(date.read(value)).toBe(expected);
  });

  it.each([
    ...['', 'now', '2026-02-03', '04:05:06', '2026-02-03 04:05:06Z', '1770091506789', '2026-2-3T04:05:06Z'],
    ...['2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-02-30T00:00:00Z', '2100-02-29T00:00:00Z'],
    ...['2026-02-03T24:00:00Z', '2026-02-03T04:60:00Z', '2026-02-03T04:05:60Z', '2026-02-03T04:05:06.Z'],
    ...['2026-02-03T04:05:06+19:00', '2026-02-03T04:05:06+01:60', '2026-02-03T04:05:06+1', '2026-02-03T04:05:06Zulu'],
  ])('refuses %j', (value) => {
    expect(date.read(value)).toBeUndefined();
  });

  it('answers only what JavaScript can read too', () => {
    const part = fc.constantFrom(
      '2026',
      '-02',
      '-30',
      '-03',
      'T04',
      ':05',
      ':06',
      '.789',
      'Z',
      '+01:00',
      '+0100',
      '-07',
      '24',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const read = date.read(parts.join(''));
        if (read !== undefined) expect(Date.parse(read)).not.toBeNaN();
      }),
      { numRuns: 2_000 },
    );
  });
});
