import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inventory } from '../../../lib/platform/inventory/inventory';
import { replaceMembers } from '../../../lib/platform/inventory/member-items';
import { mergeBeneath, mergeMembers } from '../../../lib/platform/inventory/member-merge';
import { getObject, type ObjectRecord } from '../../../lib/platform/inventory/object-items';
import { asOf } from '../../../lib/platform/journal';
import { callAt } from '../../support/calls';
import { FlowingClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';

const TENANT = 't100';
const clock = new FlowingClock();
let tables: Tables;
let inventory: Inventory;

beforeAll(async () => {
  tables = await startTables();
  inventory = new Inventory({ ...tables, clock });
});
afterAll(() => tables.close());

async function newObject(members = {}): Promise<string> {
  const made = await inventory.create(callAt(clock.now()), { fragments: { name: 'gateway', ...members } });
  if (!made.ok) throw new Error(made.error.reason);
  return made.value.id;
}
async function read(id: string): Promise<ObjectRecord> {
  const record = await getObject(tables.registry, TENANT, id);
  if (record === undefined) throw new Error('no such object');
  return record;
}
const stamp = (ms: number) => asOf(callAt(clock.now() + ms).origin);
const byPath = (
  record: ObjectRecord,
  ms: number,
  values: Parameters<typeof mergeMembers>[1],
  journal = `{"version":${ms}}`,
) => replaceMembers(tables.registry, TENANT, record, mergeMembers(record, values, stamp(ms)), journal);
const remove = (id: string, ms: number) =>
  inventory.updateFragments(callAt(clock.now() + ms), id, { set: {}, remove: ['acme_Valve'] });

describe('a change by path, between its read and its write', () => {
  it('sees a removal of a fragment that was not there', async () => {
    const id = await newObject();
    const before = await read(id);
    await remove(id, 5);
    expect(await byPath(before, 3, { acme_Valve: { open: true } })).toBe(false);
    expect(mergeMembers(await read(id), { acme_Valve: { open: true } }, stamp(3)).set).toEqual({});
  });

  it('sees a newer change of the same path to the same value', async () => {
    const id = await newObject({ acme_Valve: { open: true } });
    const before = await read(id);
    expect(await byPath(await read(id), 5, { acme_Valve: { open: true } })).toBe(true);
    expect(await byPath(before, 3, { acme_Valve: { open: false } })).toBe(false);
  });

  it('sees an older removal that goes beneath it', async () => {
    const id = await newObject({ acme_Valve: { limit: 7 } });
    await byPath(await read(id), 5, { acme_Valve: { open: true } });
    const before = await read(id);
    await remove(id, 3);
    expect(await byPath(before, 6, { acme_Valve: { high: 1 } })).toBe(false);
    expect((await read(id)).members.acme_Valve).toEqual({ open: true });
  });

  it('is seen by an older removal that goes beneath', async () => {
    const id = await newObject({ acme_Valve: { limit: 7 } });
    await byPath(await read(id), 5, { acme_Valve: { open: true } });
    const before = await read(id);
    await byPath(await read(id), 4, { acme_Valve: { high: 1 } });
    const beneath = mergeBeneath(before, { set: {}, remove: ['acme_Valve'], asOf: stamp(3) });
    expect(await replaceMembers(tables.registry, TENANT, before, beneath)).toBe(false);
    await remove(id, 3);
    expect((await read(id)).members.acme_Valve).toEqual({ open: true, high: 1 });
  });
});
