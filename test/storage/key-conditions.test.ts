import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { between, inPartition, withPrefix } from '../../lib/storage/key-conditions';
import type { Expression } from '../../lib/storage/table';
import { startTables, type Tables } from '../support/tables';

describe('a key condition', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startTables();
    const sortKeys = ['A#1', 'A#2', 'B#1', 'C#1'];
    await tables.registry.batchWrite([...sortKeys.map((sk) => ({ pk: 'own', sk })), { pk: 'other', sk: 'A#1' }]);
  });
  afterAll(() => tables.close());

  it.each<[string, Expression, string[]]>([
    ['a whole partition', inPartition('own'), ['A#1', 'A#2', 'B#1', 'C#1']],
    ['what begins with a prefix', withPrefix('own', 'A#'), ['A#1', 'A#2']],
    ['a range with both its ends', between('own', 'A#2', 'C#1'), ['A#2', 'B#1', 'C#1']],
    ['nothing of an empty partition', inPartition('none'), []],
  ])('finds %s', async (_, where, sortKeys) => {
    const { items } = await tables.registry.query({ where });
    expect(items.map(({ pk, sk }) => [pk, sk])).toEqual(sortKeys.map((sk) => ['own', sk]));
  });
});
