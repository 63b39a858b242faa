import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/base/clock';
import type { JsonObject } from '../../../lib/base/json';
import { Identity } from '../../../lib/platform/inventory/identity';
import { Inventory } from '../../../lib/platform/inventory/inventory';
import { childrenOf, link } from '../../../lib/platform/inventory/link-items';
import type { InventoryFilter } from '../../../lib/platform/inventory/object-lists';
import { collect } from '../../../lib/storage/pages';
import { callAt, type TestCall } from '../../support/calls';
import { ManualClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';
import { onErrorRow } from '../support';

const TENANT = 't100';
let tables: Tables;
let inventory: Inventory;
const clock = new ManualClock();
const start = clock.now();

beforeAll(async () => {
  tables = await startTables();
  inventory = new Inventory({ registry: tables.registry, clock });
});
afterAll(() => tables.close());

async function create(fragments: JsonObject, call: TestCall = callAt(clock.now())) {
  const made = await inventory.create(call, { fragments });
  if (!made.ok) throw new Error(made.error.reason);
  return made.value;
}
const idsOf = async (filter: InventoryFilter, tenant = TENANT): Promise<string[]> =>
  (await collect(inventory.list(tenant, filter))).map((object) => object.id);

describe('create', () => {
  it('makes an object of the caller, with an id of digits that grows', async () => {
    const call = callAt(clock.now());
    const first = await create({ name: 'Boiler', type: 'acme_Boiler', acme_Note: { text: 'x' }, nothing: null }, call);
    clock.advance(1);
    const second = await create({ name: 'Boiler 2' });
    expect(first).toMatchObject({ owner: 'device_pump-7741', fragments: { name: 'Boiler', acme_Note: { text: 'x' } } });
    expect(first.id).toMatch(/^\d{18}$/);
    expect(second.id > first.id).toBe(true);
    expect(await inventory.get(TENANT, first.id)).toEqual(first);
    expect(call.effects.changes).toMatchObject([
      { change: { api: 'managedobjects', action: 'CREATE', object: first.fragments } },
    ]);
  });

  it('ignores what the platform writes itself', async () => {
    const made = await create({
      name: 'x',
      id: '1',
      owner: 'me',
      self: 'http://',
      lastUpdated: 'never',
      childDevices: {},
    });
    expect(made.fragments).toEqual({ name: 'x' });
    expect(made.owner).toBe('device_pump-7741');
  });

  it.each([
    [{ type: 5 }, 'invalid'],
    [{ name: ['x'] }, 'invalid'],
    [{ '': 1 }, 'invalid'],
    [{ big: 'x'.repeat(300_000) }, 'tooLarge'],
  ])('refuses %.30j', async (fragments, kind) => {
    const made = await inventory.create(callAt(clock.now()), { fragments: fragments as JsonObject });
    expect(made).toMatchObject({ ok: false, error: { kind } });
  });

  it('gives two objects of the same millisecond and the same dice different ids', async () => {
    const still = { ...systemClock, now: () => start, randomBytes: dice(new ManualClock(start)) };
    const twins = new Inventory({ registry: tables.registry, clock: still });
    const made = await Promise.all([1, 2, 3].map(() => twins.create(callAt(start), { fragments: { name: 'twin' } })));
    expect(new Set(made.map((each) => each.ok && each.value.id)).size).toBe(3);
  });
});

/** Random bytes that change only with every third call. */
const dice = (clock: ManualClock) => {
  let throws = 0;
  let last = clock.randomBytes(4);
  return (length: number): Uint8Array => {
    if (throws++ % 3 === 2) last = clock.randomBytes(length);
    return last;
  };
};

describe('update', () => {
  it('is one write and no read, however large the object is', async () => {
    const { id } = await create({ name: 'x', type: 'T', c8y_Hardware: { model: 'a' } });
    const call = callAt(clock.now() + 1);
    const used = await tables.calls.counting(async () => {
      const updated = await inventory.updateFragments(call, id, { set: { c8y_Hardware: { model: 'b' } }, remove: [] });
      expect(updated).toMatchObject({ ok: true, value: { fragments: { name: 'x', c8y_Hardware: { model: 'b' } } } });
    });
    expect(used).toEqual({ commands: { UpdateItem: 1 }, writeUnits: 1, readUnits: 0 });
    expect(call.effects.changes).toMatchObject([
      { change: { action: 'UPDATE', object: { id, c8y_Hardware: { model: 'b' } } } },
    ]);
  });

  it('changes what is given and removes what is null', async () => {
    const made = await create({ name: 'x', a: 1, b: 2 });
    const updated = await inventory.update(callAt(clock.now() + 1), made.id, { a: null, c: 3, id: '7' });
    expect(updated).toMatchObject({ ok: true, value: { id: made.id, fragments: { name: 'x', b: 2, c: 3 } } });
    expect(await idsOf({ fragmentType: 'a' })).not.toContain(made.id);
    expect(await idsOf({ fragmentType: 'c' })).toContain(made.id);
  });

  it('takes more members than one expression holds', async () => {
    const { id } = await create({ name: 'wide' });
    const members = Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`acme_Fragment_Number_${at}`, { at }]));
    const updated = await inventory.update(callAt(clock.now() + 1), id, members);
    expect(updated).toMatchObject({ ok: true, value: { fragments: { name: 'wide', ...members } } });
    expect((await inventory.get(TENANT, id))?.fragments).toEqual({ name: 'wide', ...members });
  });

  it('never lets an older change overwrite a newer one, member by member', async () => {
    const { id } = await create({ a: 0, b: 0 });
    await inventory.update(callAt(clock.now() + 20), id, { a: 'new' });
    const late = await inventory.update(callAt(clock.now() + 10), id, { a: 'late', b: 'late' });
    expect(late).toMatchObject({ ok: true, value: { fragments: { a: 'new', b: 'late' } } });
    await inventory.update(callAt(clock.now() + 30), id, { b: null });
    await inventory.update(callAt(clock.now() + 25), id, { b: 'too late' });
    expect((await inventory.get(TENANT, id))?.fragments).toEqual({ a: 'new' });
    expect(await idsOf({ fragmentType: 'b' })).not.toContain(id);
  });

  it('keeps the order of rows within one message', async () => {
    const { id } = await create({});
    const rows = [1, 2].map((row) => callAt(clock.now() + 1, { row }));
    for (const [at, call] of rows.reverse().entries()) await inventory.update(call, id, { a: at });
    expect((await inventory.get(TENANT, id))?.fragments).toEqual({ a: 0 });
  });

  it('sets what is required only where it is absent', async () => {
    const { id } = await create({});
    const at = clock.now();
    const set = (ms: number, minutes: number) =>
      inventory.changeRequirement(callAt(at + ms), id, { kind: 'ifAbsent', value: { responseInterval: minutes } });
    const value = async () => (await inventory.get(TENANT, id))?.fragments;
    await set(20, 30);
    await set(40, 5);
    expect(await value()).toEqual({ c8y_RequiredAvailability: { responseInterval: 30 } });
    await set(10, 60);
    expect(await value()).toEqual({ c8y_RequiredAvailability: { responseInterval: 60 } });
    await inventory.update(callAt(at + 50), id, { c8y_RequiredAvailability: { responseInterval: 1 } });
    await set(5, 7);
    await set(60, 8);
    expect(await value()).toEqual({ c8y_RequiredAvailability: { responseInterval: 1 } });
    await inventory.update(callAt(at + 70), id, { c8y_RequiredAvailability: null });
    await set(80, 9);
    expect(await value()).toEqual({ c8y_RequiredAvailability: { responseInterval: 9 } });
  });

  it.each(['type', 'id', 'owner', 'creationTime', 'source'])(
    'refuses to remove %s by a row, and does nothing else',
    async (member) => {
      const { id } = await create({ type: 'T', a: 1 });
      const done = await inventory.updateFragments(callAt(clock.now() + 1), id, { set: {}, remove: ['a', member] });
      expect(onErrorRow(done)).toMatchObject({ ok: false, error: { code: 45, text: `'${member}' cannot be removed` } });
      expect((await inventory.get(TENANT, id))?.fragments).toEqual({ type: 'T', a: 1 });
    },
  );

  it('refuses what would not fit beside what is there', async () => {
    const { id } = await create({ a: 'x'.repeat(250_000) });
    const done = await inventory.update(callAt(clock.now() + 1), id, { b: 'x'.repeat(250_000) });
    expect(done).toMatchObject({ ok: false, error: { kind: 'tooLarge' } });
    expect(Object.keys((await inventory.get(TENANT, id))?.fragments ?? {})).toEqual(['a']);
  });

  it('says that there is no such object', async () => {
    expect(await inventory.update(callAt(clock.now()), '1', { a: 1 })).toMatchObject({
      ok: false,
      error: { kind: 'notFound' },
    });
    expect(await inventory.update(callAt(clock.now()), '1', {})).toMatchObject({
      ok: false,
      error: { kind: 'notFound' },
    });
  });

  it('lists what a retry completes after a crash between object and list', async () => {
    const { id } = await create({});
    const call = callAt(clock.now() + 1);
    await tables.calls.failAt(2, () => inventory.update(call, id, { acme_Crash: 1, type: 'acme_Crashed' }));
    await inventory.update(call, id, { acme_Crash: 1, type: 'acme_Crashed' });
    expect(await idsOf({ fragmentType: 'acme_Crash' })).toEqual([id]);
    expect(await idsOf({ type: 'acme_Crashed' })).toEqual([id]);
  });

  it('lists what an older change added before it crashed, when a newer change of the member came between', async () => {
    const { id } = await create({});
    const [older, newer] = [callAt(clock.now() + 1), callAt(clock.now() + 2)];
    await tables.calls.failAt(2, () => inventory.update(older, id, { acme_Overtaken: 1 }));
    await inventory.update(newer, id, { acme_Overtaken: 2 });
    await inventory.update(older, id, { acme_Overtaken: 1 });
    expect(await idsOf({ fragmentType: 'acme_Overtaken' })).toEqual([id]);
    expect((await inventory.get(TENANT, id))?.fragments.acme_Overtaken).toBe(2);
  });

  it('ends in the same state in whatever order changes arrive', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const change = fc.oneof(
      fc.record({ set: fc.dictionary(name, fc.nat(9), { minKeys: 1 }), remove: fc.constant<string[]>([]) }),
      fc.record({ set: fc.constant({}), remove: fc.uniqueArray(name as fc.Arbitrary<string>, { minLength: 1 }) }),
    );
    const changes = fc.uniqueArray(fc.record({ at: fc.nat(50), change }), {
      selector: ({ at }) => at,
      minLength: 2,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (arrival) => {
        const expected: Record<string, number> = {};
        for (const { change: each } of [...arrival].sort((x, y) => x.at - y.at)) {
          Object.assign(expected, each.set);
          for (const removed of each.remove) delete expected[removed];
        }
        const { id } = await create({ c: 0 }, callAt(start));
        for (const { at, change: each } of arrival) await inventory.updateFragments(callAt(start + 1 + at), id, each);
        const object = await inventory.get(TENANT, id);
        const touched = arrival.some(({ change: { set, remove } }) => 'c' in set || remove.includes('c'));
        expect(object?.fragments).toEqual(touched ? expected : { c: 0, ...expected });
        for (const fragmentType of ['a', 'b', 'c']) {
          const listed = (await idsOf({ fragmentType, owner: 'device_pump-7741' })).includes(id);
          expect(listed).toBe(fragmentType in (object?.fragments ?? {}));
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('list', () => {
  it('finds by type, fragment, owner, ids and text, each alone and together', async () => {
    const tenant = 'lists';
    const by = (user: string) => callAt(clock.now(), { tenant, user });
    const made: string[] = [];
    for (let at = 0; at < 25; at++) {
      clock.advance(1);
      const kind = at % 2 === 0 ? { type: 'even', c8y_IsDevice: {} } : { type: 'odd' };
      made.push((await create({ name: `Pump ${at}`, ...kind }, by(at < 20 ? 'anna' : 'ben'))).id);
    }
    const only = (wanted: (at: number) => boolean) => made.filter((_, at) => wanted(at));
    expect(await idsOf({}, tenant)).toEqual(made);
    expect(await idsOf({ type: 'even' }, tenant)).toEqual(only((at) => at % 2 === 0));
    expect(await idsOf({ fragmentType: 'c8y_IsDevice' }, tenant)).toEqual(only((at) => at % 2 === 0));
    expect(await idsOf({ owner: 'ben' }, tenant)).toEqual(only((at) => at >= 20));
    expect(await idsOf({ owner: 'ben', type: 'odd' }, tenant)).toEqual(only((at) => at >= 20 && at % 2 === 1));
    expect(await idsOf({ text: 'PUMP 2' }, tenant)).toEqual(only((at) => at === 2 || at >= 20));
    expect(await idsOf({ ids: [made[3] ?? '', '1', made[1] ?? ''] }, tenant)).toEqual([made[3], made[1]]);
    expect(await inventory.count(tenant, { type: 'odd' })).toBe(12);
    expect(await idsOf({ type: 'even' }, 'other')).toEqual([]);
  });

  it('follows an object to another type', async () => {
    const { id } = await create({ type: 'acme_Before' });
    await inventory.update(callAt(clock.now() + 1), id, { type: 'acme_After' });
    expect(await idsOf({ type: 'acme_Before' })).toEqual([]);
    expect(await idsOf({ type: 'acme_After' })).toEqual([id]);
  });
});

describe('hierarchy and delete', () => {
  it('links, lists and unlinks children of every kind', async () => {
    const [parent, child] = [await create({ name: 'p' }), await create({ name: 'c' })];
    const call = callAt(clock.now());
    for (const kind of ['childDevices', 'childAssets', 'childAdditions'] as const) {
      expect(await inventory.addChild(call, parent.id, kind, child.id)).toEqual({ ok: true, value: undefined });
      expect(await inventory.addChild(call, parent.id, kind, child.id)).toMatchObject({ ok: true });
      expect(await inventory.childIds(TENANT, parent.id, kind)).toEqual([child.id]);
      expect(await collect(inventory.children(TENANT, parent.id, kind))).toEqual([child]);
      expect(await inventory.parents(TENANT, child.id)).toEqual([{ kind, id: parent.id }]);
      await inventory.removeChild(call, parent.id, kind, child.id);
      expect(await inventory.childIds(TENANT, parent.id, kind)).toEqual([]);
      expect(await inventory.parents(TENANT, child.id)).toEqual([]);
    }
  });

  it('has no circles and no strangers', async () => {
    const objects = [await create({}), await create({}), await create({})];
    const [a = '', b = '', c = ''] = objects.map((object) => object.id);
    const call = callAt(clock.now());
    await inventory.addChild(call, a, 'childDevices', b);
    await inventory.addChild(call, b, 'childAssets', c);
    expect(await inventory.addChild(call, c, 'childDevices', a)).toMatchObject({
      ok: false,
      error: { kind: 'invalid' },
    });
    expect(await inventory.addChild(call, a, 'childDevices', a)).toMatchObject({
      ok: false,
      error: { kind: 'invalid' },
    });
    expect(await inventory.addChild(call, a, 'childDevices', '1')).toMatchObject({
      ok: false,
      error: { kind: 'notFound' },
    });
  });

  it('deletes an object with everything that points to it', async () => {
    const identity = new Identity({ registry: tables.registry, clock });
    const [parent, object, child] = [await create({}), await create({ type: 'acme_Gone', a: 1 }), await create({})];
    const call = callAt(clock.now() + 1);
    await identity.bind(call, object.id, 'acme_Number', '7');
    await inventory.addChild(call, parent.id, 'childAssets', object.id);
    await inventory.addChild(call, object.id, 'childDevices', child.id);
    expect(await inventory.delete(call, object.id, { cascade: true })).toEqual({ ok: true, value: undefined });
    expect(await inventory.get(TENANT, object.id)).toBeUndefined();
    expect(await inventory.get(TENANT, child.id)).toBeUndefined();
    expect(await identity.find(TENANT, 'acme_Number', '7')).toBeUndefined();
    expect(await inventory.childIds(TENANT, parent.id, 'childAssets')).toEqual([]);
    expect(await idsOf({ type: 'acme_Gone' })).toEqual([]);
    expect(call.effects.changes.map(({ change }) => [change.action, change.object])).toContainEqual([
      'DELETE',
      { id: object.id },
    ]);
    expect(await inventory.delete(call, object.id)).toMatchObject({ ok: false, error: { kind: 'notFound' } });
  });

  it('deletes a tree many objects at once, and a circle in it does no harm', async () => {
    const tenant = 'tree';
    const call = callAt(clock.now(), { tenant });
    const root = await create({}, call);
    const ids: string[] = [];
    for (let at = 0; at < 30; at++) {
      const { id } = await create({ type: 'T' }, call);
      await link(tables.registry, tenant, ids[at >> 1] ?? root.id, 'childAssets', id);
      ids.push(id);
    }
    // two writers at once can make a circle, which `addChild` refuses
    await link(tables.registry, tenant, ids.at(-1) ?? '', 'childAssets', root.id);
    await tables.calls.counting(() => inventory.delete(call, root.id, { cascade: true }));
    expect(tables.calls.mostAtOnce).toBeGreaterThan(8);
    expect(await idsOf({ type: 'T' }, tenant)).toEqual([]);
    for (const id of [root.id, ...ids]) {
      expect(await collect(childrenOf(tables.registry, tenant, id))).toEqual([]);
      expect(await inventory.parents(tenant, id)).toEqual([]);
    }
  });

  it('goes on with a deletion that a crash interrupted, wherever that was', async () => {
    const identity = new Identity({ registry: tables.registry, clock });
    const tenant = 'crash';
    const family = async () => {
      const call = callAt(clock.now(), { tenant });
      const [parent, object, child, grandchild] = [
        await create({}, call),
        await create({ type: 'T', a: 1 }, call),
        await create({}, call),
        await create({ type: 'T' }, call),
      ];
      await identity.bind(call, object.id, 'acme_Number', '7');
      await inventory.addChild(call, parent.id, 'childAssets', object.id);
      await inventory.addChild(call, object.id, 'childDevices', child.id);
      await inventory.addChild(call, child.id, 'childAdditions', grandchild.id);
      return { parent, object, child };
    };
    const remove = (id: string) => inventory.delete(callAt(clock.now() + 1, { tenant }), id, { cascade: true });
    const first = await family();
    const { commands } = await tables.calls.counting(() => remove(first.object.id));
    const calls = Object.values(commands).reduce((sum, count) => sum + count, 0);
    for (let crashAt = 1; crashAt <= calls; crashAt++) {
      const { parent, object, child } = await family();
      await tables.calls.failAt(crashAt, () => remove(object.id));
      await remove(object.id);
      expect(await inventory.childIds(tenant, parent.id, 'childAssets')).toEqual([]);
      expect(await inventory.get(tenant, child.id)).toBeUndefined();
      for (const { id } of [object, child]) expect(await collect(childrenOf(tables.registry, tenant, id))).toEqual([]);
      expect(await identity.find(tenant, 'acme_Number', '7')).toBeUndefined();
      expect(await idsOf({ type: 'T' }, tenant)).toEqual([]);
    }
  });
});
