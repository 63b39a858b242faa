import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODEC_VECTORS } from '../../../bench/codec-vectors';
import { parseRows, readText, writeRow, writeRows } from '../../../lib/protocols/smartrest/csv';

const fieldsOf = (text: string) => parseRows(text).map((row) => row.fields);

/** Text that is rich in what the format is made of. */
const awkward = fc.string({
  unit: fc.constantFrom('"', '\\', ',', '\n', '\r', '\t', ' ', 'a', 'é', '\u{1F600}', '\u00a0', "'", ';', '5'),
  maxLength: 12,
});
const value = fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 20 }));
const row = fc.array(value, { minLength: 1, maxLength: 6 });

describe('parseRows', () => {
  it.each([
    ['one row', '200,T,T,25', [['200', 'T', 'T', '25']]],
    ['a line feed after the last row', '211,20\n', [['211', '20']]],
    [
      'several rows',
      '211,20\n212,87',
      [
        ['211', '20'],
        ['212', '87'],
      ],
    ],
    [
      'CR LF line ends',
      '211,20\r\n212,87\r\n',
      [
        ['211', '20'],
        ['212', '87'],
      ],
    ],
    [
      'CR LF after a quoted value',
      '400,a,"b"\r\n212,87',
      [
        ['400', 'a', 'b'],
        ['212', '87'],
      ],
    ],
    [
      'empty rows',
      '\n\r\n211,20\n \n\n212,87',
      [
        ['211', '20'],
        ['212', '87'],
      ],
    ],
    ['trailing commas', '100,,', [['100', '', '']]],
    ['blanks around plain values', '100, My device ,\ttype', [['100', 'My device', 'type']]],
    ['blanks around quoted values', '118,"a", "b" ,c', [['118', 'a', 'b', 'c']]],
    ['blanks inside quotes', '400,a," b "', [['400', 'a', ' b ']]],
    ['a comma inside quotes', '400,a,"b, c"', [['400', 'a', 'b, c']]],
    [
      'a line feed inside quotes',
      '113,"a\nb"\n211,1',
      [
        ['113', 'a\nb'],
        ['211', '1'],
      ],
    ],
    ['backslash n as two characters', '113,"a\\nb"', [['113', 'a\\nb']]],
    ['quotes escaped with a backslash', '400,a,"He said \\"stop\\""', [['400', 'a', 'He said "stop"']]],
    ['doubled quotes', '400,a,"He said ""go"""', [['400', 'a', 'He said "go"']]],
    ['an empty quoted value', '400,"",b', [['400', '', 'b']]],
    ['a quote inside a plain value', '400,a,5" pipe', [['400', 'a', '5" pipe']]],
    ['a quoted value that ends in a backslash', '120,"C:\\"', [['120', 'C:\\']]],
    [
      'such a value before others',
      '120,"C:\\",b\n"D:\\","e"',
      [
        ['120', 'C:\\', 'b'],
        ['D:\\', 'e'],
      ],
    ],
    ['an escaped quote before a comma', '400,"a\\",b",c', [['400', 'a",b', 'c']]],
    ['a backslash before an empty quoted value', '120,"C:\\",""', [['120', 'C:\\', '']]],
  ])('reads %s', (_, text, expected) => {
    expect(fieldsOf(text)).toEqual(expected);
  });

  it.each(CODEC_VECTORS)('reads the benchmark vector $text', ({ text, rows }) => {
    expect(fieldsOf(text)).toEqual(rows);
  });

  it('numbers rows without the empty ones', () => {
    expect(parseRows('\n211,1\n\n"212",2').map((r) => r.line)).toEqual([1, 2]);
  });

  it('names an unclosed quote and still reads the rows around it', () => {
    expect(parseRows('211,1\n400,a,"b\n212,2\n400,c,"d"')).toEqual([
      { line: 1, fields: ['211', '1'] },
      { line: 2, fields: ['400', 'a'], malformed: 'text follows a closing quote' },
      { line: 3, fields: ['212', '2'] },
      { line: 4, fields: ['400', 'c', 'd'] },
    ]);
    expect(parseRows('400,a,"b\n212,2')).toEqual([
      { line: 1, fields: ['400', 'a'], malformed: 'a quoted value is not closed' },
      { line: 2, fields: ['212', '2'] },
    ]);
  });

  it('refuses a row whose quotes fit no reading instead of guessing', () => {
    expect(parseRows('400,a,"He said \\"hi\\", then "left" it"')).toMatchObject([
      { malformed: 'text follows a closing quote' },
    ]);
  });

  it('reads any text, whole lines of it at least as malformed rows', () => {
    fc.assert(
      fc.property(fc.array(awkward, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        const rows = parseRows(text);
        expect(rows.map(({ line }) => line)).toEqual(rows.map((_, index) => index + 1));
        if (rows.length === 0) expect(text.trim()).toBe('');
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads 10,000 rows and hostile quotes in time that grows with the text', () => {
    expect(parseRows('200,T,T,25\n'.repeat(10_000))).toHaveLength(10_000);
    const started = performance.now();
    parseRows('"\\",'.repeat(4_000));
    parseRows('"\\"x\n'.repeat(3_200));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('writeRow', () => {
  it.each([
    [['511', 'SN1', 'uptime'], '511,SN1,uptime'],
    [['511', 'SN1', 'echo "a"\nuptime'], '511,SN1,"echo \\"a\\"\nuptime"'],
    [['a', ' b', 'c ', 'd\te', 'f\rg', 'h,i'], 'a," b","c ","d\te","f\rg","h,i"'],
    [['C:\\', 'a\\b', ''], 'C:\\,a\\b,'],
    [[''], '""'],
  ])('writes %j', (fields, expected) => {
    expect(writeRow(fields)).toBe(expected);
  });

  it('is read back as it was, whatever the values hold', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
        expect(fieldsOf(writeRows(rows))).toEqual(rows);
        expect(fieldsOf(`${writeRows(rows)}\r\n`)).toEqual(rows);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('readText', () => {
  it('reads UTF-8 and drops a byte order mark', () => {
    expect(readText(Buffer.from('\ufeff400,a,Gr\u00fc\u00dfe \u{1F600}'))).toBe('400,a,Gr\u00fc\u00dfe \u{1F600}');
  });
});
