import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTables, type Tables } from '../support/tables';

describe('Table', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.close());

  it('reads what it wrote, at one write unit and one read unit', async () => {
    const item = { pk: 'T#a', sk: '1', text: 'x', list: [1, { deep: true }], bytes: new Uint8Array([0, 255]) };
    const written = await tables.calls.counting(() => tables.registry.put(item));
    expect(written).toEqual({ commands: { PutItem: 1 }, writeUnits: 1, readUnits: 0 });
    const read = await tables.calls.counting(async () => {
      expect(await tables.registry.get({ pk: 'T#a', sk: '1' })).toEqual(item);
    });
    expect(read).toEqual({ commands: { GetItem: 1 }, writeUnits: 0, readUnits: 1 });
  });

  it('hands a failed condition back as a value', async () => {
    const item = { pk: 'T#b', sk: '1' };
    const absent = { text: 'attribute_not_exists(pk)' };
    expect(await tables.registry.put(item, absent)).toEqual({ ok: true, value: undefined });
    expect(await tables.registry.put(item, absent)).toEqual({ ok: false, error: { kind: 'conditionFailed' } });
    expect(await tables.registry.update(item, { text: 'SET x = :x', values: { ':x': 1 } }, absent)).toMatchObject({
      ok: false,
    });
  });

  it('reads a key once that is asked for twice', async () => {
    const [one, other] = [
      { pk: 'T#d', sk: '1' },
      { pk: 'T#d', sk: '2' },
    ];
    await tables.registry.batchWrite([one, other]);
    const found = await tables.registry.batchGet([one, other, one, { pk: 'T#d', sk: '3' }]);
    expect(found.map(({ sk }) => sk).sort()).toEqual(['1', '2']);
  });

  it('walks a partition page by page, in either direction', async () => {
    await tables.registry.batchWrite(
      Array.from({ length: 60 }, (_, at) => ({ pk: 'T#c', sk: String(at).padStart(2, '0') })),
    );
    const where = { text: 'pk = :pk', values: { ':pk': 'T#c' } };
    const up: unknown[] = [];
    for await (const item of tables.registry.queryAll({ where, limit: 7 })) up.push(item.sk);
    expect(up).toEqual(Array.from({ length: 60 }, (_, at) => String(at).padStart(2, '0')));
    const last = await tables.registry.query({ where, limit: 1, descending: true });
    expect(last.items.map((item) => item.sk)).toEqual(['59']);
  });
});
