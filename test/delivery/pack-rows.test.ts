import { describe, expect, it } from 'vitest';
import { packRows } from '../../lib/delivery/pack-rows';

describe('packRows', () => {
  it('fills messages up to the limit in bytes and keeps the rows of an operation together', () => {
    expect(packRows([], 10)).toEqual([]);
    expect(packRows([['abc'], ['def'], [], ['ghi']], 7)).toEqual(['abc\ndef', 'ghi']);
    expect(packRows([['ab', 'cd'], ['ef']], 7)).toEqual(['ab\ncd', 'ef']);
    expect(packRows([['äö'], ['ü']], 7)).toEqual(['äö\nü']);
    expect(packRows([['äö'], ['üü']], 7)).toEqual(['äö', 'üü']);
    expect(packRows([['far too long'], ['a']], 4)).toEqual(['far too long', 'a']);
  });
});
