import { describe, expect, it } from 'vitest';
import { formatNumber, table } from '../../local/table';

describe('table', () => {
  it('makes columns as wide as their widest cell, numbers to the right', () => {
    const text = table(
      [{ title: 'way', align: 'left' }, { title: 'rate' }],
      [
        ['one', '7'],
        ['twenty', '12,345'],
      ],
    );
    expect(text.split('\n')).toEqual(['way       rate', '------  ------', 'one          7', 'twenty  12,345']);
  });

  it('takes a missing cell as empty and leaves no blanks at the end of a line', () => {
    const columns = [
      { title: 'a', align: 'left' },
      { title: 'b', align: 'left' },
    ] as const;
    expect(table(columns, [['x']]).split('\n')[2]).toBe('x');
  });
});

describe('number', () => {
  it.each([
    [1_234_567, 0, '1,234,567'],
    [0.126, 2, '0.13'],
    [2, 2, '2.00'],
  ])('%d with %d decimals is %s', (value, decimals, text) => {
    expect(formatNumber(value, decimals)).toBe(text);
  });
});
