import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IngestDeps } from '../../lib/mqtt/ingest';
import { registryServices } from '../../lib/platform/services';
import { collect } from '../../lib/storage/pages';
import { Table } from '../../lib/storage/table';
import { callAt } from '../support/calls';
import { dyingClient, slowClient } from '../support/own-client';
import { TENANT, Uplinks } from './uplinks';

let uplinks: Uplinks;
let devices = 0;
const newSerial = (): string => `gone${++devices}`;

beforeAll(async () => {
  uplinks = await Uplinks.start();
});
afterAll(() => uplinks.tables.close());

/** The services of the instance that deletes. */
const deleting = (client = uplinks.tables.client) =>
  registryServices({ registry: new Table(client, 'registry'), clock: uplinks.clock });

const idOf = async (serial: string): Promise<string> =>
  (await uplinks.services.identity.find(TENANT, 'c8y_Serial', serial))?.managedObjectId ?? '';

const remove = (id: string, services = deleting()) =>
  services.inventory.delete(callAt(uplinks.clock.now()), id, { cascade: true });

/** Publishes as the clock has it now. */
const publish = (deps: IngestDeps, serial: string, payload: string, topic = 's/us') =>
  uplinks.publish(deps, serial, payload, topic);

/** A device, and an instance that remembers it and may do so for some time. */
async function warmInstance(serial: string): Promise<{ deps: IngestDeps; id: string }> {
  const deps = uplinks.instance();
  await publish(deps, serial, '200,acme,before,1');
  uplinks.clock.advance(5_000);
  await publish(deps, serial, '200,acme,before,2');
  return { deps, id: await idOf(serial) };
}

const seriesOf = async (source: string): Promise<unknown[]> =>
  (await collect(uplinks.services.measurements.list(TENANT, { source }))).map(({ fragments }) => fragments.acme);

describe('what arrives after a device was deleted', () => {
  it('makes the new device at once, through an instance that has known the old one', async () => {
    const serial = newSerial();
    const { deps, id } = await warmInstance(serial);
    expect(await remove(id)).toMatchObject({ ok: true });
    for (let reading = 0; reading < 21; reading++) {
      await publish(deps, serial, `200,acme,after,${reading}`);
      uplinks.clock.advance(2_500);
    }
    await publish(deps, serial, '301,acme_Hot,hot\n400,acme_Boot,booted\n110,SN-1,BX,1');
    const now = await idOf(serial);
    expect(now).not.toBe(id);
    expect(await uplinks.services.inventory.get(TENANT, id)).toBeUndefined();
    expect(await seriesOf(now)).toHaveLength(21);
    expect(await collect(uplinks.services.alarms.list(TENANT, { source: now }))).toHaveLength(1);
    expect(await collect(uplinks.services.events.list(TENANT, { source: now }))).toHaveLength(1);
    expect(await uplinks.services.inventory.get(TENANT, now)).toMatchObject({
      fragments: { c8y_Hardware: { serialNumber: 'SN-1' } },
    });
    expect(await seriesOf(id)).toHaveLength(2);
  });

  it('makes a new child too, when its gateway was deleted with all below it', async () => {
    const [gateway, child] = [newSerial(), newSerial()];
    const { deps, id } = await warmInstance(gateway);
    await publish(deps, gateway, '200,acme,before,1', `s/us/${child}`);
    const old = await idOf(child);
    await remove(id);
    const report = await publish(deps, gateway, '200,acme,after,1', `s/us/${child}`);
    expect(report.outcomes).toMatchObject([{ result: 'accepted' }]);
    expect(await idOf(child)).not.toBe(old);
    expect(await seriesOf(await idOf(child))).toHaveLength(1);
  });

  it('is not lost, whatever the instance did while the device was being deleted, and wherever that stopped', async () => {
    for (let call = 1, isOver = false; !isOver; call++) {
      const [during, stopped] = [newSerial(), newSerial()];
      const [one, two] = [await warmInstance(during), await warmInstance(stopped)];
      isOver = true;
      const meanwhile = async (): Promise<void> => {
        isOver = false;
        await publish(one.deps, during, '200,acme,during,1');
      };
      await remove(one.id, deleting(slowClient(uplinks.tables.client, call, meanwhile)));
      const dying = deleting(dyingClient(uplinks.tables.client, { call, done: call % 2 === 0 }));
      await remove(two.id, dying).catch(() => undefined);
      await publish(two.deps, stopped, '200,acme,during,1');
      await remove(two.id);
      for (const [serial, { deps, id }] of [
        [during, one],
        [stopped, two],
      ] as const) {
        await publish(deps, serial, '200,acme,after,1');
        expect(await idOf(serial)).not.toBe(id);
        expect(await seriesOf(await idOf(serial))).toContainEqual({ after: { value: 1 } });
      }
    }
  });

  it('goes to the object that has got the serial meanwhile', async () => {
    const serial = newSerial();
    const { deps, id } = await warmInstance(serial);
    const { identity, inventory } = deleting();
    const other = await inventory.create(callAt(uplinks.clock.now()), {
      fragments: { com_cumulocity_model_Agent: {} },
    });
    if (!other.ok) throw new Error(other.error.reason);
    await identity.unbind(callAt(uplinks.clock.now()), 'c8y_Serial', serial);
    await identity.bind(callAt(uplinks.clock.now()), other.value.id, 'c8y_Serial', serial);
    await publish(deps, serial, '200,acme,after,1');
    expect(await seriesOf(other.value.id)).toHaveLength(1);
    expect(await seriesOf(id)).toHaveLength(2);
  });

  it('costs nothing while nobody deletes: one read in three seconds for a whole tenant', async () => {
    const serials = [newSerial(), newSerial(), newSerial()];
    const deps = uplinks.instance();
    const all = async (): Promise<void> => {
      for (const serial of serials) await publish(deps, serial, '200,acme,n,1');
    };
    await all();
    uplinks.clock.advance(4_000);
    await all();
    for (let round = 0; round < 3; round++) {
      uplinks.clock.advance(4_000);
      const { commands } = await uplinks.tables.calls.counting(all);
      expect(commands).toEqual({ GetItem: 1, PutItem: 3 });
      expect((await uplinks.tables.calls.counting(all)).commands).toEqual({ PutItem: 3 });
    }
  });
});
