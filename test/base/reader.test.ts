import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoOf, LAST_INSTANT } from '../../lib/base/instant';
import { faultText, Reader } from '../../lib/base/reader';

const readerOf = (texts: Readonly<Record<string, string | readonly string[]>>): Reader =>
  new Reader((name) => [texts[name] ?? []].flat());

describe('a reader of named texts', () => {
  it('takes an empty text for none', () => {
    const reader = readerOf({ empty: '', full: 'x' });
    expect([reader.optional('empty'), reader.optional('none'), reader.optional('full')]).toEqual([
      undefined,
      undefined,
      'x',
    ]);
    expect(reader.faults).toEqual([]);
    expect([reader.text('empty'), reader.text('none'), reader.text('full')]).toEqual(['', '', 'x']);
    expect(reader.faults.map(faultText)).toEqual(['empty is missing', 'none is missing']);
  });

  it('keeps name, expectation and text of a fault apart, so that each door can spell it', () => {
    const reader = readerOf({ on: 'maybe' });
    reader.text('id');
    reader.flag('on');
    expect(reader.faults).toEqual([
      { name: 'id', expected: 'is missing' },
      { name: 'on', expected: 'must be true or false', given: 'maybe' },
    ]);
  });

  it('remembers every fault, in the order of reading', () => {
    const reader = readerOf({
      size: 'much',
      page: '-1',
      on: 'maybe',
      from: 'now',
      kind: 'moon',
      states: 'OPEN,closed',
    });
    reader.number('size');
    reader.wholeNumber('page', { preset: 1, least: 1 });
    reader.flag('on');
    reader.date('from');
    reader.oneOf('kind', ['aws', 'emulator']);
    reader.words('states', ['OPEN', 'DONE']);
    reader.fault('all', 'is too much');
    expect(reader.faults.map(faultText)).toEqual([
      'size is no number: much',
      'page must be a whole number of at least 1: -1',
      'on must be true or false: maybe',
      'from is not an ISO 8601 date: now',
      'kind knows aws, emulator: moon',
      'states knows OPEN, DONE: closed',
      'all is too much',
    ]);
  });

  it('has no word for what was left out', () => {
    const reader = readerOf({ empty: '' });
    expect(reader.oneOf('empty', ['a'])).toBeUndefined();
    expect(reader.words('empty', ['A'])).toBeUndefined();
    expect(reader.faults).toEqual([]);
  });

  it('reads whole numbers as written', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.nat(100), (value, least) => {
        const reader = readerOf({ page: String(value) });
        expect(reader.wholeNumber('page', { preset: 7, least })).toBe(value);
        expect(reader.faults).toHaveLength(value < least ? 1 : 0);
      }),
    );
    expect(readerOf({ page: '' }).wholeNumber('page', { preset: 7, least: 1 })).toBe(7);
  });

  it('reads numbers as written', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const reader = readerOf({ size: JSON.stringify(value) });
        expect(reader.number('size')).toBe(JSON.parse(JSON.stringify(value)));
        expect(reader.faults).toEqual([]);
      }),
    );
  });

  it('reads dates as written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LAST_INSTANT }), (instant) => {
        expect(readerOf({ at: isoOf(instant) }).date('at')).toBe(instant);
      }),
    );
  });

  it('reads the list it was given, however it was cut into texts', () => {
    const part = fc
      .string({ minLength: 1 })
      .filter((text) => !text.includes(',') && text.trim() === text && text !== '');
    fc.assert(
      fc.property(fc.array(fc.array(part, { minLength: 1 }), { minLength: 1 }), (texts) => {
        expect(readerOf({ ids: texts.map((parts) => parts.join(',')) }).list('ids')).toEqual(texts.flat());
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const reader = readerOf({ it: text });
        reader.number('it');
        reader.wholeNumber('it', { preset: 1, least: 1 });
        reader.date('it');
        reader.list('it');
        expect(typeof reader.flag('it')).toBe('boolean');
      }),
    );
  });
});
