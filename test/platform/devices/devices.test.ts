import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/base/json';
import type { DeviceRef } from '../../../lib/platform/model';
import { registryServices } from '../../../lib/platform/services';
import { collect } from '../../../lib/storage/pages';
import { Table } from '../../../lib/storage/table';
import { callAt } from '../../support/calls';
import { FlowingClock } from '../../support/clock';
import { dyingClient, slowClient } from '../../support/own-client';
import { startTables, type Tables } from '../../support/tables';
import { onErrorRow } from '../support';

const TENANT = 't100';
const SECOND = 1000;
let tables: Tables;
const clock = new FlowingClock();
let serials = 0;
const newSerial = (): string => `pump-${++serials}`;

/** The services of one function instance. Another instance remembers nothing of this one. */
function instance(client?: DynamoDBClient) {
  const registry = client === undefined ? tables.registry : new Table(client, 'registry');
  const { inventory, identity, devices } = registryServices({ registry, clock });
  return { inventory, identity, devices };
}
type Instance = ReturnType<typeof instance>;

beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

let { inventory, identity, devices } = {} as Instance;
beforeEach(() => {
  ({ inventory, identity, devices } = instance());
});
const objectOf = async (id: string) => (await inventory.get(TENANT, id))?.fragments;

describe('ensureRoot', () => {
  it('creates the device data comes from, with the defaults of 100', async () => {
    const serial = newSerial();
    const call = callAt(clock.now());
    const device = await devices.ensureRoot(call, serial);
    expect(await objectOf(device.id)).toEqual({
      name: `MQTT Device ${serial}`,
      type: 'c8y_MQTTDevice',
      c8y_IsDevice: {},
      com_cumulocity_model_Agent: {},
    });
    expect(await identity.list(TENANT, device.id)).toEqual([
      { type: 'c8y_Serial', externalId: serial, managedObjectId: device.id },
    ]);
    expect(call.effects.changes.map(({ change }) => [change.action, change.sourceId])).toEqual([['CREATE', device.id]]);
  });

  it('asks nothing for a device it knows, and one read for one it does not', async () => {
    const serial = newSerial();
    const device = await devices.ensureRoot(callAt(clock.now()), serial);
    const warm = await tables.calls.counting(() => devices.ensureRoot(callAt(clock.now()), serial));
    expect(warm.commands).toEqual({});
    const cold = await tables.calls.counting(async () => {
      expect(await instance().devices.ensureRoot(callAt(clock.now()), serial)).toEqual(device);
    });
    expect(cold.commands).toEqual({ GetItem: 1 });
  });

  it('costs nine write units and one read unit to create', async () => {
    const used = await tables.calls.counting(() => devices.ensureRoot(callAt(clock.now()), newSerial()));
    expect(used).toMatchObject({ writeUnits: 9, readUnits: 1 });
  });

  it('makes one device, however many instances meet its first data', async () => {
    const serial = newSerial();
    const found = await Promise.all(
      Array.from({ length: 8 }, (_, at) => instance().devices.ensureRoot(callAt(clock.now() + at), serial)),
    );
    expect(new Set(found.map((device) => device.id)).size).toBe(1);
  });

  it('completes what a crash left, after any of its calls', async () => {
    const writes = Object.values(
      (await tables.calls.counting(() => devices.ensureRoot(callAt(clock.now()), newSerial()))).commands,
    );
    const calls = writes.reduce((sum, count) => sum + count, 0);
    for (let crashAt = 1; crashAt <= calls; crashAt++) {
      const serial = newSerial();
      await tables.calls.failAt(crashAt, () => instance().devices.ensureRoot(callAt(clock.now()), serial));
      const { devices, inventory } = instance();
      const device = await devices.ensureRoot(callAt(clock.now() + 1), serial);
      expect(await inventory.get(TENANT, device.id)).toMatchObject({ fragments: { type: 'c8y_MQTTDevice' } });
      expect(await inventory.count(TENANT, { text: `MQTT Device ${serial}` })).toBe(1);
      expect(await identity.list(TENANT, device.id)).toHaveLength(1);
    }
  });

  it('forgets a device that this instance deletes', async () => {
    const serial = newSerial();
    const first = await devices.ensureRoot(callAt(clock.now()), serial);
    await inventory.delete(callAt(clock.now()), first.id);
    const second = await devices.ensureRoot(callAt(clock.now()), serial);
    expect(second.id).not.toBe(first.id);
  });
});

describe('createDevice', () => {
  it('names the device, and refuses the second time it boots', async () => {
    const serial = newSerial();
    const created = await devices.createDevice(callAt(clock.now()), serial, { name: 'Boiler', type: 'acme_Boiler' });
    expect(created).toMatchObject({ ok: true, value: { outcome: 'created' } });
    const used = await tables.calls.counting(async () => {
      const again = await devices.createDevice(callAt(clock.now() + 120 * SECOND), serial, { name: 'Other' });
      expect(onErrorRow(again)).toMatchObject({ ok: false, error: { code: 41, text: 'Device already existing' } });
    });
    expect(used).toEqual({ commands: { GetItem: 1 }, writeUnits: 0, readUnits: 1 });
    expect(await objectOf((created.ok && created.value.device.id) || '')).toMatchObject({ name: 'Boiler' });
  });

  it('accepts its own redelivery', async () => {
    const serial = newSerial();
    const call = callAt(clock.now());
    await devices.createDevice(call, serial, { name: 'A' });
    expect(await devices.createDevice(call, serial, { name: 'A' })).toMatchObject({ ok: true });
  });

  it.each([
    [60, 'named', 'Boiler'],
    [61, 'refused', 'MQTT Device'],
  ])('%i seconds after data created the device it is %s', async (seconds, outcome, name) => {
    const serial = newSerial();
    const device = await devices.ensureRoot(callAt(clock.now()), serial);
    const call = callAt(clock.now() + seconds * SECOND);
    const result = await devices.createDevice(call, serial, { name: 'Boiler', type: 'acme_Boiler' });
    expect(result.ok ? result.value.outcome : 'refused').toBe(outcome);
    expect((await objectOf(device.id))?.name).toMatch(name);
    const types = await Promise.all(['acme_Boiler', 'c8y_MQTTDevice'].map((type) => ids({ type, text: name })));
    expect(types[outcome === 'named' ? 0 : 1]).toContain(device.id);
    expect(types[outcome === 'named' ? 1 : 0]).not.toContain(device.id);
  });

  it('leaves a device alone that somebody registered over REST', async () => {
    const serial = newSerial();
    const call = callAt(clock.now());
    const made = await inventory.create(call, { fragments: { name: 'Registered', c8y_IsDevice: {} } });
    const id = made.ok ? made.value.id : '';
    await identity.bind(call, id, 'c8y_Serial', serial);
    expect(await devices.createDevice(callAt(clock.now() + 1), serial, { name: 'Mine' })).toMatchObject({ ok: false });
    expect(await objectOf(id)).toEqual({ name: 'Registered', c8y_IsDevice: {} });
  });
});

const ids = async (filter: Parameters<Instance['inventory']['list']>[1], tenant = TENANT): Promise<string[]> => {
  const found: string[] = [];
  for await (const object of inventory.list(tenant, filter)) found.push(object.id);
  return found;
};

/** A child device that data below a root device has created. */
async function childBelow(root: DeviceRef, serial = newSerial(), at = clock.now()): Promise<DeviceRef> {
  const child = await devices.ensureChild(callAt(at), root, serial);
  if (!child.ok) throw new Error(child.error.reason);
  return child.value;
}

describe('children and services', () => {
  it('creates a child below the addressed device and never changes it again', async () => {
    const root = await devices.ensureRoot(callAt(clock.now()), newSerial());
    const [child, grandchild] = [newSerial(), newSerial()];
    const made = await devices.createChild(callAt(clock.now() + 1), root, {
      childId: child,
      name: 'Feed pump',
      type: 'acme_Pump',
      isDevice: true,
    });
    expect(made).toMatchObject({ ok: true, value: { outcome: 'created' } });
    const device = made.ok ? made.value.device : root;
    expect(await objectOf(device.id)).toEqual({ name: 'Feed pump', type: 'acme_Pump', c8y_IsDevice: {} });
    const again = await devices.createChild(callAt(clock.now() + 2), root, {
      childId: child,
      name: 'Renamed',
      isDevice: true,
    });
    expect(again).toMatchObject({ ok: true, value: { outcome: 'existing' } });
    expect(await objectOf(device.id)).toMatchObject({ name: 'Feed pump' });
    const below = await devices.createChild(callAt(clock.now() + 3), device, { childId: grandchild, isDevice: false });
    expect(await objectOf(below.ok ? below.value.device.id : '')).toEqual({
      name: `MQTT Device ${grandchild}`,
      type: 'c8y_MQTTChildDevice',
    });
    expect(await devices.childSerials(TENANT, root.id)).toEqual([child]);
    expect(await devices.childSerials(TENANT, device.id)).toEqual([grandchild]);
  });

  it('finds the agent above any child', async () => {
    const root = await devices.ensureRoot(callAt(clock.now()), newSerial());
    const child = await childBelow(root);
    const below = await devices.createChild(callAt(clock.now() + 1), child, { childId: newSerial(), isDevice: true });
    const id = below.ok ? below.value.device.id : '';
    expect(await devices.agentOf(TENANT, id)).toEqual(root);
    expect(await devices.agentOf(TENANT, root.id)).toEqual(root);
    expect(await devices.agentOf(TENANT, '1')).toBeUndefined();
    expect(await devices.deviceOf(TENANT, child.id)).toEqual(child);
  });

  it('moves a child that data put below the root to where its 101 says it is', async () => {
    const root = await devices.ensureRoot(callAt(clock.now()), newSerial());
    const child = await childBelow(root);
    const late = newSerial();
    const lost = await childBelow(root, late, clock.now() + 5);
    await devices.createChild(callAt(clock.now() + 1), child, { childId: late, name: 'Valve', isDevice: true }, root);
    expect(await devices.childSerials(TENANT, root.id)).toEqual([child.serial]);
    expect(await devices.childSerials(TENANT, child.id)).toEqual([late]);
    expect(await inventory.parents(TENANT, lost.id)).toEqual([{ kind: 'childDevices', id: child.id }]);
  });

  it('creates, updates and refuses services', async () => {
    const root = await devices.ensureRoot(callAt(clock.now()), newSerial());
    const serviceId = newSerial();
    const input = { serviceId, serviceType: 'systemd', name: 'mosquitto', status: 'up' };
    const made = await devices.upsertService(callAt(clock.now() + 1), root, input);
    const id = made.ok ? made.value.id : '';
    expect(await objectOf(id)).toEqual({
      type: 'c8y_Service',
      name: 'mosquitto',
      serviceType: 'systemd',
      status: 'up',
    });
    expect(await inventory.childIds(TENANT, root.id, 'childAdditions')).toEqual([id]);
    expect(await devices.setServiceStatus(callAt(clock.now() + 3), serviceId, 'down', root)).toMatchObject({
      ok: true,
    });
    await devices.upsertService(callAt(clock.now() + 2), root, { ...input, name: 'broker', status: 'unknown' });
    expect(await objectOf(id)).toMatchObject({ name: 'broker', status: 'down' });
    const unknown = await devices.setServiceStatus(callAt(clock.now() + 4), newSerial(), 'up', root);
    expect(onErrorRow(unknown)).toMatchObject({ ok: false, error: { code: 41 } });
    expect(await devices.setServiceStatus(callAt(clock.now() + 4), root.serial, 'up', root)).toMatchObject({
      ok: false,
    });
  });

  it('turns what data created into the service its 102 says it is', async () => {
    const root = await devices.ensureRoot(callAt(clock.now()), newSerial());
    const serial = newSerial();
    const guessed = await childBelow(root, serial, clock.now() + 2);
    await devices.upsertService(callAt(clock.now() + 1), root, {
      serviceId: serial,
      serviceType: 's',
      name: 'n',
      status: 'up',
    });
    expect(await objectOf(guessed.id)).toEqual({ type: 'c8y_Service', name: 'n', serviceType: 's', status: 'up' });
    expect(await inventory.parents(TENANT, guessed.id)).toEqual([{ kind: 'childAdditions', id: root.id }]);
  });
});

describe('a status that overtakes the creation of its service', () => {
  const input = (serviceId: string) => ({ serviceId, serviceType: 's', name: 'n', status: 'up' });
  const statusOf = async (serial: string) =>
    (await objectOf((await identity.find(TENANT, 'c8y_Serial', serial))?.managedObjectId ?? ''))?.status;

  it.each([
    ['a moment later than the creation', 1, 'down'],
    ['before the creation', -1, 'up'],
    ['more than a minute after it', 60_001, 'up'],
  ])('that was sent %s', async (_, ms, status) => {
    const [root, serial] = [await devices.ensureRoot(callAt(clock.now()), newSerial()), newSerial()];
    const late = await devices.setServiceStatus(callAt(clock.now() + ms), serial, 'down', root);
    expect(onErrorRow(late)).toMatchObject({ ok: false, error: { code: 41 } });
    await instance().devices.upsertService(callAt(clock.now()), root, input(serial));
    expect(await statusOf(serial)).toBe(status);
  });

  it('is of no use to another device', async () => {
    const [owner, other] = [newSerial(), newSerial()];
    const serial = newSerial();
    const stranger = await devices.ensureRoot(callAt(clock.now()), other);
    await devices.setServiceStatus(callAt(clock.now() + 1), serial, 'down', stranger);
    const root = await devices.ensureRoot(callAt(clock.now()), owner);
    await devices.upsertService(callAt(clock.now()), root, input(serial));
    expect(await statusOf(serial)).toBe('up');
  });

  it('counts wherever the other of the two is slow or dies', async () => {
    const root = await devices.ensureRoot(callAt(clock.now()), newSerial());
    const create = (serial: string, own: Instance) =>
      own.devices.upsertService(callAt(clock.now()), root, input(serial));
    const status = (serial: string, own: Instance) =>
      own.devices.setServiceStatus(callAt(clock.now() + 1), serial, 'down', root);
    for (const [slow, fast] of [
      [create, status],
      [status, create],
    ] as const) {
      for (let call = 1, isOver = false; !isOver; call++) {
        const serial = newSerial();
        isOver = true;
        const meanwhile = async (): Promise<void> => {
          isOver = false;
          await fast(serial, instance());
        };
        const own = instance(slowClient(tables.client, call, meanwhile));
        await slow(serial, own);
        if (!isOver) expect(await statusOf(serial)).toBe('down');
      }
    }
    for (let call = 1; call <= 12; call++) {
      const serial = newSerial();
      await status(serial, instance());
      await create(serial, instance(dyingClient(tables.client, { call, done: call % 2 === 0 }))).catch(() => undefined);
      await create(serial, instance());
      expect(await statusOf(serial)).toBe('down');
    }
  });

  it('costs one write and two reads to refuse, and an update of a service reads nothing more', async () => {
    const [root, serial] = [await devices.ensureRoot(callAt(clock.now()), newSerial()), newSerial()];
    const refused = await tables.calls.counting(() =>
      devices.setServiceStatus(callAt(clock.now()), serial, 'down', root),
    );
    expect(refused).toMatchObject({ writeUnits: 1, readUnits: 2 });
    await devices.upsertService(callAt(clock.now()), root, input(serial));
    const again = await tables.calls.counting(() =>
      devices.upsertService(callAt(clock.now() + 120 * SECOND), root, input(serial)),
    );
    expect(again.commands).toEqual({ GetItem: 1, UpdateItem: 1 });
  });
});

/** What a device may publish within a minute. */
type Publish =
  | { readonly kind: 'data' }
  | { readonly kind: '100'; readonly name: string; readonly type: string }
  | { readonly kind: 'update'; readonly set: JsonObject }
  | { readonly kind: '107'; readonly remove: readonly string[] };
interface Sent {
  /** When the broker received it, ms. */
  readonly at: number;
  readonly what: Publish;
}

async function arrive({ at, what }: Sent, tenant: string, serial: string): Promise<void> {
  const services = instance();
  const call = callAt(at, { tenant });
  if (what.kind === '100') {
    await services.devices.createDevice(call, serial, what);
    return;
  }
  const device = await services.devices.ensureRoot(call, serial);
  if (what.kind === 'update') await services.inventory.updateFragments(call, device.id, { set: what.set, remove: [] });
  if (what.kind === '107') await services.inventory.updateFragments(call, device.id, { set: {}, remove: what.remove });
}

describe('a minute of publishes', () => {
  const member = fc.constantFrom('c8y_Hardware', 'c8y_Position', 'name', 'type');
  const publish: fc.Arbitrary<Publish> = fc.oneof(
    fc.record({ kind: fc.constant('data' as const) }),
    fc.record({
      kind: fc.constant('100' as const),
      name: fc.constantFrom('A', 'B'),
      type: fc.constantFrom('t1', 't2'),
    }),
    fc.record({
      kind: fc.constant('update' as const),
      set: fc.dictionary(member, fc.constantFrom('x', 'y'), { minKeys: 1 }),
    }),
    fc.record({
      kind: fc.constant('107' as const),
      remove: fc.constantFrom(['c8y_Hardware'], ['c8y_Position', 'c8y_Hardware']),
    }),
  );
  const base = clock.now();
  const sent: fc.Arbitrary<Sent> = fc.record({ at: fc.nat(59).map((second) => base + second * SECOND), what: publish });
  const minute = fc.uniqueArray(sent, { selector: ({ at }) => at, minLength: 2, maxLength: 6 });
  let runs = 0;

  it('ends in the same state in whatever order it arrives', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(minute, async (arrival) => {
        const inOrder = [...arrival].sort((a, b) => a.at - b.at);
        const states: (JsonObject | undefined)[] = [];
        for (const order of [inOrder, arrival]) {
          const tenant = `run-${++runs}`;
          for (const each of order) await arrive(each, tenant, 'pump');
          const [object] = await collect(inventory.list(tenant, {}));
          states.push(object?.fragments);
          const { name: _, type, ...fragments } = object?.fragments ?? {};
          expect(await ids({ type: String(type) }, tenant)).toEqual([object?.id]);
          for (const fragmentType of Object.keys(fragments)) {
            expect(await ids({ fragmentType }, tenant)).toEqual([object?.id]);
          }
        }
        expect(states[1]).toEqual(states[0]);
      }),
      { numRuns: 30 },
    );
  });
});
