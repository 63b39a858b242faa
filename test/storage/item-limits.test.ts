import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ItemLimitError } from '../../lib/storage/item-limits';
import { startTables, type Tables } from '../support/tables';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

const text = (bytes: number): string => 'k'.repeat(bytes);
const key = { pk: 'p', sk: 's' };
const many = Array.from({ length: 300 }, (_, at) => `attribute${at} = :v`).join(', ');

describe('what the database would refuse', () => {
  it.each([
    ['a long partition key', 'partition key', () => tables.registry.put({ ...key, pk: text(2049) })],
    ['a long sort key', 'sort key', () => tables.registry.put({ ...key, sk: 'é'.repeat(513) })],
    [
      'a long key of an update',
      'sort key',
      () => tables.registry.update({ ...key, sk: text(1025) }, { text: 'REMOVE a' }),
    ],
    ['a large item', 'item', () => tables.registry.put({ ...key, a: text(409_600) })],
    ['a large item in a batch', 'item', () => tables.registry.batchWrite([{ ...key, a: { b: [text(409_600)] } }])],
    [
      'a long expression',
      'expression',
      () => tables.registry.update(key, { text: `SET ${many}`, values: { ':v': 1 } }),
    ],
    ['half a surrogate pair', 'text', () => tables.registry.put({ ...key, a: { 'x\ud83d': 1 } })],
    [
      'half a pair in a value',
      'text',
      () => tables.registry.update(key, { text: 'SET a = :v', values: { ':v': '\ud83d' } }),
    ],
  ])('%s is not sent', async (_case, part, write) => {
    const before = tables.calls.usage.commands;
    await expect(write()).rejects.toMatchObject({ name: 'ItemLimitError', part });
    expect(tables.calls.usage.commands).toEqual(before);
  });

  it('takes what is just within the limits', async () => {
    const item = { pk: text(2048), sk: text(1024), a: 'x' };
    expect(await tables.registry.put(item)).toMatchObject({ ok: true });
    expect(await tables.registry.get({ pk: item.pk, sk: item.sk })).toMatchObject({ a: 'x' });
  });

  it('is an ItemLimitError also when only the database can know it', async () => {
    await tables.registry.put({ ...key, a: text(300_000) });
    const grow = tables.registry.update(key, { text: 'SET b = :b', values: { ':b': text(200_000) } });
    await expect(grow).rejects.toBeInstanceOf(ItemLimitError);
  });

  it('leaves a mistake of the program a fault', async () => {
    const wrong = tables.registry.update(key, { text: 'SET' });
    await expect(wrong).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('is found nowhere, without a call', async () => {
    const before = tables.calls.usage.commands;
    const pk = text(2049);
    expect(await tables.registry.get({ pk, sk: 's' })).toBeUndefined();
    expect(await tables.registry.batchGet([{ pk, sk: 's' }])).toEqual([]);
    expect(await tables.registry.query({ where: { text: 'pk = :pk', values: { ':pk': pk } } })).toEqual({ items: [] });
    expect(await tables.registry.delete({ pk, sk: 's' })).toMatchObject({ ok: true });
    expect(tables.calls.usage.commands).toEqual(before);
  });
});
