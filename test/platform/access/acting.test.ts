import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Acting, Actor } from '../../../lib/platform/access/acting';
import { insertUser } from '../../../lib/platform/access/items';
import { link, unlink } from '../../../lib/platform/inventory/link-items';
import { insertObject } from '../../../lib/platform/inventory/object-items';
import { registryServices } from '../../../lib/platform/services';
import type { ChildKind } from '../../../lib/storage/keys';
import { callAt } from '../../support/calls';
import { ManualClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';

const TENANT = 't100';
let tables: Tables;
const clock = new ManualClock();
let ids = 0;

beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

/** A function instance of its own. */
const instance = () => registryServices({ registry: tables.registry, clock });
let acting: Acting;
beforeEach(() => {
  ({ acting } = instance());
});

async function object(owner: string, parent?: string, kind: ChildKind = 'childDevices', members = {}): Promise<string> {
  const id = String(100 + ++ids);
  await insertObject(tables.registry, TENANT, { id, owner, createdAt: clock.now(), members, asOf: {} });
  if (parent !== undefined) await link(tables.registry, TENANT, parent, kind, id);
  return id;
}

const connection = (root: string): Actor => ({ kind: 'connection', root });
const device: Actor = { kind: 'device', user: 'device_a' };
const may = (actor: Actor, id: string) => acting.mayActOn(TENANT, actor, { id });
const costOf = async (work: () => Promise<unknown>) => (await tables.calls.counting(work)).commands;

describe('who may act on an object', () => {
  it.each(['childDevices', 'childAssets', 'childAdditions'] as const)(
    'a connection: on its device and all %s below it, however deep',
    async (kind) => {
      const root = await object('device_a');
      const child = await object('somebody', root, kind);
      const grandchild = await object('somebody', child, kind);
      const other = await object('device_a');
      for (const id of [root, child, grandchild]) expect(await may(connection(root), id)).toBe(true);
      for (const id of [other, '1']) expect(await may(connection(root), id)).toBe(false);
      expect(await may(connection(child), root)).toBe(false);
      expect(await may(connection(grandchild), child)).toBe(false);
      expect(await acting.mayActOn('t200', connection(root), { id: child })).toBe(false);
    },
  );

  it('a device user: on what it owns and all below it', async () => {
    const root = await object('device_a');
    const child = await object('admin', root);
    const grandchild = await object('device_b', child, 'childAssets');
    const other = await object('device_b');
    const above = await object('admin');
    await link(tables.registry, TENANT, above, 'childAssets', root);
    for (const id of [root, child, grandchild]) expect(await may(device, id)).toBe(true);
    for (const id of [other, above, '1']) expect(await may(device, id)).toBe(false);
  });

  it('a person: on all', async () => {
    const person: Actor = { kind: 'human', user: 'admin' };
    const cost = await costOf(async () => expect(await may(person, await object('device_b'))).toBe(true));
    expect(cost).toEqual({ PutItem: 1 });
  });

  it('by any of several parents, and circles end the search', async () => {
    const [own, other] = [await object('device_a'), await object('device_b')];
    const shared = await object('admin', other);
    await link(tables.registry, TENANT, own, 'childAssets', shared);
    expect(await may(device, shared)).toBe(true);
    expect(await may(connection(own), shared)).toBe(true);
    const [first, second] = [await object('admin'), await object('admin')];
    await link(tables.registry, TENANT, first, 'childDevices', second);
    await link(tables.registry, TENANT, second, 'childDevices', first);
    expect(await may(device, first)).toBe(false);
    expect(await may(connection(own), second)).toBe(false);
  });
});

describe('a decision', () => {
  it('costs one query for each level, and nothing for a minute after a yes', async () => {
    const root = await object('device_a');
    const child = await object('admin', root);
    const grandchild = await object('admin', child);
    for (const [actor, cold] of [
      [connection(root), { Query: 2 }],
      [device, { Query: 2, BatchGetItem: 3 }],
    ] as const) {
      expect(await costOf(() => may(actor, grandchild))).toEqual(cold);
      expect(await costOf(() => may(actor, grandchild))).toEqual({});
      clock.advance(60_000);
      expect(await costOf(() => may(actor, grandchild))).toEqual(cold);
    }
    expect(await costOf(() => may(connection(root), root))).toEqual({});
    expect(await costOf(() => acting.mayActOn(TENANT, device, { id: root, owner: 'device_a' }))).toEqual({});
  });

  it('that says no is made anew each time', async () => {
    const [root, other] = [await object('device_a'), await object('device_b')];
    expect(await may(connection(root), other)).toBe(false);
    await link(tables.registry, TENANT, root, 'childDevices', other);
    expect(await may(connection(root), other)).toBe(true);
  });

  it('is for one actor only', async () => {
    const root = await object('device_a');
    const child = await object('admin', root);
    expect(await may(device, child)).toBe(true);
    expect(await may({ kind: 'device', user: 'device_b' }, child)).toBe(false);
    expect(await may(connection(child), root)).toBe(false);
  });

  it('is forgotten when this instance takes the object, or one above it, from its parent or deletes it', async () => {
    const { acting: deciding, inventory } = instance();
    const root = await object('device_a');
    const child = await object('admin', root);
    const grandchild = await object('admin', child);
    const decided = () => deciding.mayActOn(TENANT, connection(root), { id: grandchild });
    expect(await decided()).toBe(true);
    await inventory.removeChild(callAt(clock.now()), root, 'childDevices', child);
    expect(await decided()).toBe(false);
    await link(tables.registry, TENANT, root, 'childDevices', child);
    expect(await decided()).toBe(true);
    await inventory.delete(callAt(clock.now()), child, { cascade: true });
    expect(await decided()).toBe(false);
  });

  it('of another instance counts for at most a minute', async () => {
    const root = await object('device_a');
    const child = await object('admin', root);
    expect(await may(connection(root), child)).toBe(true);
    await unlink(tables.registry, TENANT, root, 'childDevices', child);
    expect(await may(connection(root), child)).toBe(true);
    clock.advance(60_000);
    expect(await may(connection(root), child)).toBe(false);
  });
});

describe('what a row may take', () => {
  const rows = (root: string) => ({ id: root, serial: `serial-${root}` });
  const input = (serviceId: string) => ({ serviceId, serviceType: 't', name: 'n', status: 'up' });

  /** An object with a serial that is below nothing. */
  async function loose(owner: string, members = {}): Promise<{ id: string; serial: string }> {
    const id = await object(owner, undefined, undefined, members);
    const serial = `loose-${id}`;
    await instance().identity.bind(callAt(clock.now()), id, 'c8y_Serial', serial);
    return { id, serial };
  }

  it('a device of its user that is below nothing: 101 and 102 link it, once', async () => {
    const { devices, inventory } = instance();
    const call = callAt(clock.now(), { user: 'device_a' });
    const root = rows(await object('device_a'));
    const [child, service] = [await loose('device_a'), await loose('device_a')];
    const made = await devices.createChild(call, root, { childId: child.serial, isDevice: true });
    expect(made).toMatchObject({ ok: true, value: { outcome: 'existing' } });
    expect(await devices.upsertService(call, root, input(service.serial))).toMatchObject({ ok: true });
    expect(await inventory.parents(TENANT, child.id)).toEqual([{ kind: 'childDevices', id: root.id }]);
    expect(await inventory.parents(TENANT, service.id)).toEqual([{ kind: 'childAdditions', id: root.id }]);
    expect(await devices.ensureChild(call, root, child.serial)).toMatchObject({ ok: true, value: { id: child.id } });
    const thief = rows(await object('device_a'));
    expect(await devices.createChild(call, thief, { childId: child.serial, isDevice: true })).toMatchObject({
      ok: false,
      error: { reason: 'notBelowSender' },
    });
  });

  it.each([
    ['another user’s', 'device_b', {}],
    ['an agent, which has a connection of its own', 'device_a', { com_cumulocity_model_Agent: {} }],
  ])('not when it is %s', async (_, owner, members) => {
    const { devices, inventory } = instance();
    const call = callAt(clock.now(), { user: 'device_a' });
    const root = rows(await object('device_a'));
    const { id, serial } = await loose(owner, members);
    const before = await inventory.get(TENANT, id);
    const refused = { ok: false, error: { reason: 'notBelowSender', serial, sender: root.serial } };
    expect(await devices.createChild(call, root, { childId: serial, name: 'x', isDevice: true })).toMatchObject(
      refused,
    );
    expect(await devices.upsertService(call, root, input(serial))).toMatchObject(refused);
    expect(await devices.ensureChild(call, root, serial)).toMatchObject(refused);
    expect(await inventory.get(TENANT, id)).toEqual(before);
    expect(await inventory.parents(TENANT, id)).toEqual([]);
  });

  it('by data too, below the connected device', async () => {
    const root = rows(await object('device_a'));
    const { serial, id } = await loose('device_a');
    const { devices, inventory } = instance();
    expect(await devices.ensureChild(callAt(clock.now(), { user: 'device_a' }), root, serial)).toMatchObject({
      ok: true,
    });
    expect(await inventory.parents(TENANT, id)).toEqual([{ kind: 'childDevices', id: root.id }]);
  });

  it('not itself, as a child of its child', async () => {
    const { devices, inventory } = instance();
    const root = await devices.ensureRoot(callAt(clock.now()), `root-${++ids}`);
    const child = await devices.ensureChild(callAt(clock.now()), root, `child-${++ids}`);
    const parent = child.ok ? child.value : root;
    const call = callAt(clock.now() + 1);
    const circle = { ok: false, error: { reason: 'circle' } };
    expect(await devices.createChild(call, parent, { childId: root.serial, isDevice: true }, root)).toMatchObject(
      circle,
    );
    expect(await devices.upsertService(call, parent, input(root.serial), root)).toMatchObject(circle);
    expect(await inventory.parents(TENANT, root.id)).toEqual([]);
  });

  it('not the identifier of another device user, even before its device exists', async () => {
    const { devices, identity } = instance();
    const secret = { salt: new Uint8Array(1), hash: new Uint8Array(1) };
    await insertUser(tables.registry, TENANT, { userName: 'device_coming', kind: 'device', roles: [], ...secret });
    const root = rows(await object('device_a'));
    const call = callAt(clock.now(), { user: 'device_a' });
    const refused = { ok: false, error: { reason: 'identifierOfOther', serial: 'coming' } };
    expect(await devices.createChild(call, root, { childId: 'coming', isDevice: true })).toMatchObject(refused);
    expect(await devices.upsertService(call, root, input('coming'))).toMatchObject(refused);
    expect(await devices.ensureChild(call, root, 'coming')).toMatchObject(refused);
    expect(await identity.find(TENANT, 'c8y_Serial', 'coming')).toBeUndefined();
    const itself = await devices.ensureRoot(callAt(clock.now(), { user: 'device_coming' }), 'coming');
    expect(itself).toMatchObject({ serial: 'coming' });
  });
});
