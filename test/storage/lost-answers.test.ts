import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replaces } from '../../lib/storage/versioned';
import { startTables, type Tables } from '../support/tables';

/** A write whose answer is lost is sent again by the SDK (docs/data-model.md#lost-answers). */
describe('a write whose answer was lost', () => {
  let tables: Tables;
  let keys = 0;
  const key = () => ({ pk: 'T#lost', sk: String(keys++) });
  const FAILED = { ok: false, error: { kind: 'conditionFailed' } };
  const OK = { ok: true, value: undefined };
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.close());

  it('has created its item', async () => {
    const item = { ...key(), x: 1 };
    expect(await tables.network.losing(1, () => tables.registry.create(item))).toEqual(OK);
    expect(await tables.registry.create(item)).toEqual(FAILED);
  });

  it('has created its item, also when somebody has changed it since', async () => {
    const item = { ...key(), x: 1 };
    const change = { text: 'SET x = :x', values: { ':x': 2 } };
    const created = tables.network.losing(
      1,
      () => tables.registry.create(item),
      () => tables.registry.update({ pk: item.pk, sk: item.sk }, change),
    );
    expect(await created).toEqual(OK);
    expect(await tables.registry.get({ pk: item.pk, sk: item.sk })).toMatchObject({ x: 2 });
  });

  it('does not take an equal item of another writer for its own', async () => {
    const item = { ...key(), x: 1 };
    const created = tables.network.losingRequest(
      1,
      () => tables.registry.create(item),
      () => tables.registry.create(item),
    );
    expect(await created).toEqual(FAILED);
  });

  it('has put its version', async () => {
    const bytes = Buffer.from([0, 1, 255]);
    const item = { ...key(), v: 1, deep: { list: [1, 'two', null], gone: undefined }, bytes, set: new Set(['a', 'b']) };
    expect(await tables.network.losing(1, () => tables.registry.put(item, replaces(1)))).toEqual(OK);
    const next = { ...item, v: 2, bytes: new Uint8Array([7]) };
    expect(await tables.network.losing(1, () => tables.registry.put(next, replaces(2)))).toEqual(OK);
    expect(await tables.registry.put(next, replaces(2))).toEqual(FAILED);
  });

  it('has not put its version when another writer was faster', async () => {
    const item = { ...key(), v: 1 };
    const put = tables.network.losingRequest(
      1,
      () => tables.registry.put({ ...item, by: 'one' }, replaces(1)),
      () => tables.registry.put({ ...item, by: 'other' }, replaces(1)),
    );
    expect(await put).toEqual(FAILED);
    expect(await tables.registry.get({ pk: item.pk, sk: item.sk })).toMatchObject({ by: 'other' });
  });

  it('has deleted its item', async () => {
    const item = { ...key(), x: 1 };
    const condition = { text: 'x = :x', values: { ':x': 1 } };
    await tables.registry.put(item);
    const deleted = tables.network.losing(1, () => tables.registry.delete({ pk: item.pk, sk: item.sk }, condition));
    expect(await deleted).toEqual(OK);
    const changed = { ...item, x: 2 };
    await tables.registry.put(changed);
    const kept = tables.network.losing(1, () => tables.registry.delete({ pk: item.pk, sk: item.sk }, condition));
    expect(await kept).toEqual(FAILED);
    expect(await tables.registry.get({ pk: item.pk, sk: item.sk })).toEqual(changed);
  });

  it('says of an update that the failed condition may be its own doing', async () => {
    const item = { ...key(), v: 1 };
    const { pk, sk } = item;
    await tables.registry.put(item);
    const update = () =>
      tables.registry.update(
        { pk, sk },
        { text: 'SET v = :next', values: { ':next': 2 } },
        { text: 'v = :v', values: { ':v': 1 } },
      );
    expect(await tables.network.losing(1, update)).toEqual({
      ok: false,
      error: { kind: 'conditionFailed', maybeOwn: true },
    });
    expect(await update()).toEqual(FAILED);
  });
});
