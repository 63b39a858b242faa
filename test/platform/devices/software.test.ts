import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../lib/platform/call';
import type { SoftwareItem } from '../../../lib/platform/commands';
import { Software } from '../../../lib/platform/devices/software';
import { Inventory } from '../../../lib/platform/inventory/inventory';
import { runs } from '../../fuzz/runs';
import { callAt } from '../../support/calls';
import { FlowingClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';

const TENANT = 't100';
const clock = new FlowingClock();
let tables: Tables;
let inventory: Inventory;
let software: Software;

beforeAll(async () => {
  tables = await startTables();
  inventory = new Inventory({ ...tables, clock });
  software = new Software({ registry: tables.registry, clock }, inventory);
});
afterAll(() => tables.close());

type Change = { readonly change: 'replace' | 'append' | 'remove'; readonly items: readonly SoftwareItem[] };
const item = (name: string, version = '1'): SoftwareItem => ({ name, version, softwareType: 'apt' });

const NAMES = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 });
const CHANGE = fc.record({
  change: fc.constantFrom('replace' as const, 'append' as const, 'remove' as const),
  items: NAMES.map((all) => all.map((name) => item(name))),
});

async function newDevice() {
  const made = await inventory.create(callAt(clock.now()), { fragments: { name: 'gateway' } });
  if (!made.ok) throw new Error(made.error.reason);
  return { id: made.value.id, serial: 'gateway' };
}
async function listsOf(id: string) {
  const lists = [];
  for await (const { fragments } of inventory.children(TENANT, id, 'childAdditions')) lists.push(fragments);
  return lists;
}

describe('the advanced software list', () => {
  it('is one child addition of the device', async () => {
    const device = await newDevice();
    const say = async (at: number, change: Change) => software.change(callAt(clock.now() + at), device, change);
    await say(1, { change: 'replace', items: [item('nginx'), item('redis')] });
    await say(2, { change: 'append', items: [item('curl'), item('redis')] });
    await say(3, { change: 'remove', items: [{ name: 'nginx', version: '1' }] });
    expect(await listsOf(device.id)).toEqual([
      {
        type: 'c8y_InstalledSoftwareList',
        name: 'c8y_InstalledSoftwareList',
        c8y_SoftwareList: [item('curl'), item('redis')],
      },
    ]);
  });

  it('is there after a crash of its first change, whether or not that is tried again', async () => {
    for (const retried of [true, false]) {
      for (let call = 1; call < 16; call++) {
        const device = await newDevice();
        const first: Call = callAt(clock.now() + 1);
        const change: Change = { change: 'replace', items: [item('nginx')] };
        await tables.calls.failAt(call, () => software.change(first, device, change));
        if (retried) await software.change(first, device, change);
        await software.change(callAt(clock.now() + 2), device, { change: 'append', items: [item('curl')] });
        const [list] = await listsOf(device.id);
        expect(list?.c8y_SoftwareList).toEqual(expect.arrayContaining([item('curl')]));
        if (retried) expect(list?.c8y_SoftwareList).toEqual([item('nginx'), item('curl')]);
      }
    }
  });

  it('is as it would be without faults when a call dies or an answer is lost, and the change comes again', async () => {
    const fault = fc.record({ at: fc.integer({ min: 1, max: 14 }), kind: fc.constantFrom('crash', 'lost answer') });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(CHANGE, fault), { minLength: 1, maxLength: 3 }), async (steps) => {
        const device = await newDevice();
        for (const [n, [one, { at, kind }]] of steps.entries()) {
          const say = () => software.change(callAt(clock.now() + n), device, one);
          if (kind === 'crash') await tables.calls.failAt(at, say);
          else await tables.calls.loseAnswerAt(at, say);
          await say();
        }
        const lists = await listsOf(device.id);
        expect(lists.map(({ c8y_SoftwareList }) => c8y_SoftwareList)).toEqual([inOrder(steps.map(([one]) => one))]);
      }),
      { numRuns: runs(25) },
    );
  }, 60_000);

  it('loses nothing and is linked once when the answer to any of its calls is lost', async () => {
    for (let call = 1; call < 16; call++) {
      const device = await newDevice();
      const say = (n: number, name: string) =>
        software.change(callAt(clock.now() + n), device, { change: 'append', items: [item(name)] });
      await tables.calls.loseAnswerAt(call, () => say(1, 'nginx'));
      await say(2, 'curl');
      const lists = await listsOf(device.id);
      expect(lists.map(({ c8y_SoftwareList }) => c8y_SoftwareList)).toEqual([[item('nginx'), item('curl')]]);
    }
  });

  it('comes back under the same id when somebody has deleted its object', async () => {
    const device = await newDevice();
    await software.change(callAt(clock.now() + 1), device, { change: 'replace', items: [item('nginx')] });
    const [before] = await inventory.childIds(TENANT, device.id, 'childAdditions');
    await inventory.delete(callAt(clock.now() + 2), before ?? '');
    expect(await listsOf(device.id)).toEqual([]);
    await software.change(callAt(clock.now() + 3), device, { change: 'append', items: [item('curl')] });
    expect(await inventory.childIds(TENANT, device.id, 'childAdditions')).toEqual([before]);
    expect((await listsOf(device.id))[0]?.c8y_SoftwareList).toEqual([item('nginx'), item('curl')]);
  });

  it('is refused for a device that is gone, and leaves no object behind', async () => {
    const device = await newDevice();
    const change: Change = { change: 'replace', items: [item('nginx')] };
    await software.change(callAt(clock.now() + 1), device, change);
    await inventory.delete(callAt(clock.now() + 2), device.id, { cascade: true });
    const count = await inventory.count(TENANT, {});
    const refused = { ok: false, error: { reason: 'deviceGone' } };
    expect(await software.change(callAt(clock.now() + 3), device, change)).toMatchObject(refused);
    expect(await software.change(callAt(clock.now() + 3), { ...device, id: '1' }, change)).toMatchObject(refused);
    expect(await inventory.count(TENANT, {})).toBe(count);
  });

  it('ends the same in whatever order its changes arrive, two at a time', async () => {
    const changes = fc.array(CHANGE, { minLength: 2, maxLength: 6 });
    const shuffled = changes.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([all, order]) => {
        const device = await newDevice();
        const say = (n: number) => {
          const one = all[n];
          return one === undefined ? undefined : software.change(callAt(clock.now() + n), device, one);
        };
        for (let at = 0; at < order.length; at += 2) {
          await Promise.all(order.slice(at, at + 2).map(say));
        }
        const [list] = await listsOf(device.id);
        expect(list?.c8y_SoftwareList).toEqual(inOrder(all));
      }),
      { numRuns: runs(25) },
    );
  });
});

/** The expected list. A package that is named later stands at the end. */
function inOrder(changes: readonly Change[]): readonly SoftwareItem[] {
  let list: readonly SoftwareItem[] = [];
  for (const { change, items } of changes) {
    const others = list.filter(({ name }) => !items.some((other) => other.name === name));
    list = change === 'replace' ? items : change === 'append' ? [...others, ...items] : others;
  }
  return list;
}
