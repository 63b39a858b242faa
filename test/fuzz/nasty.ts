import fc from 'fast-check';

const long = (length: number) => 'x'.repeat(length);
const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
};

/** Texts that have broken programs before: names of JavaScript, keys of the database, encodings, numbers, dates. */
const TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '1e400',
  'null',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'a.b',
  '$filter',
  '#',
  '%',
  '%00',
  '%ED%A0%80',
  '..',
  '/',
  '\u0000',
  '\ud800',
  '\udc00x',
  '😀',
  '"',
  "'",
  '0000-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-10:00',
  '2026-02-30',
  long(300),
  long(1100),
  long(3000),
] as const;

/** A text, often a nasty one. */
export const nastyText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);

/** Any JSON value, often a nasty one. */
export const nastyJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: nastyText },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      0,
      -0,
      1.5,
      1e308,
      -1,
      2 ** 53,
      [],
      {},
      [null],
      [[]],
      { id: {} },
      { id: '' },
    ),
  },
  { weight: 2, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.dictionary(nastyText, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 5 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(deep(20), deep(40), deep(2000), long(500_000), Array(3000).fill(1)),
  },
);
