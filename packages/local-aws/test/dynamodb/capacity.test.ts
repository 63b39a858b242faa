import { describe, expect, it } from 'vitest';
import { indexWriteUnits, itemBytes, readUnits, tableWriteUnits } from '../../src/dynamodb/capacity';
import type { Item, TableDescription } from '../../src/dynamodb/item';

describe('item sizes', () => {
  it.each<[string, Item, number]>([
    ['an empty item', {}, 0],
    ['text', { pk: { S: 'abc' } }, 5],
    ['text by its UTF-8 bytes, names too', { größe: { S: '€' } }, 7 + 3],
    [
      'numbers by significant digits',
      { a: { N: '0' }, b: { N: '7' }, c: { N: '1200' }, d: { N: '-12.345' } },
      4 + 1 + 2 + 2 + 5,
    ],
    ['binary by its bytes', { b: { B: Buffer.alloc(10).toString('base64') } }, 11],
    ['booleans and null', { a: { BOOL: true }, b: { NULL: true } }, 4],
    ['sets', { a: { SS: ['ab', 'c'] }, b: { NS: ['1', '22'] } }, 1 + 3 + 1 + 4],
    ['lists', { a: { L: [{ S: 'x' }, { N: '1' }] } }, 1 + 3 + 2 + 3],
    ['maps', { a: { M: { k: { S: 'v' } } } }, 1 + 3 + 1 + 2],
  ])('%s', (_name, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});

describe('capacity units', () => {
  const sized = (bytes: number, more: Item = {}): Item => ({
    pad: { S: 'x'.repeat(bytes - 3 - itemBytes(more)) },
    ...more,
  });

  it.each([
    [0, false, 0.5],
    [0, true, 1],
    [4096, true, 1],
    [4097, true, 2],
    [4097, false, 1],
  ])('reading %i bytes, consistent %s: %d', (bytes, consistent, units) => {
    expect(readUnits(bytes, consistent)).toBe(units);
  });

  it('writing is billed by the larger of old and new item, one at least', () => {
    expect(tableWriteUnits(undefined, sized(1024))).toBe(1);
    expect(tableWriteUnits(undefined, sized(1025))).toBe(2);
    expect(tableWriteUnits(sized(3000), sized(10))).toBe(3);
    expect(tableWriteUnits(sized(3000), undefined)).toBe(3);
    expect(tableWriteUnits(undefined, undefined)).toBe(1);
  });

  it('an index is billed when its entry appears, goes, moves or changes, and not otherwise', () => {
    const description: TableDescription = {
      TableName: 't',
      TableStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'i',
          KeySchema: [{ AttributeName: 'ik', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['name'] },
        },
      ],
    };
    const entry = (ik: string, name = 'n', other = 'o'): Item => ({
      pk: { S: 'p' },
      ik: { S: ik },
      name: { S: name },
      other: { S: other },
    });
    const units = (before: Item | undefined, after: Item | undefined) => indexWriteUnits(description, before, after);
    expect(units(undefined, { pk: { S: 'p' } })).toBe(0);
    expect(units(undefined, entry('a'))).toBe(1);
    expect(units(entry('a'), undefined)).toBe(1);
    expect(units(entry('a'), { pk: { S: 'p' } })).toBe(1);
    expect(units(entry('a'), entry('b'))).toBe(2);
    expect(units(entry('a'), entry('a', 'other name'))).toBe(1);
    expect(units(entry('a'), entry('a', 'n', 'not projected'))).toBe(0);
  });
});
