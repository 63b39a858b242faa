import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { BasicAuth, Client, FetchClient, OperationStatus } from '@c8y/client';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rest, startRest } from './fixture';

let rest: Rest;
let server: ReturnType<typeof createAdaptorServer>;
let baseUrl: string;
let client: Client;

beforeAll(async () => {
  rest = await startRest();
  server = createAdaptorServer({
    fetch: (request) => {
      rest.clock.advance(1);
      return rest.app.fetch(request);
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  baseUrl = `http://127.0.0.1:${port}`;
  client = await Client.authenticate({ tenant: 't100', user: 'admin', password: 'secret' }, baseUrl);
});
afterAll(async () => {
  server.close();
  await rest.close();
});

/** The library types every id as optional. */
const idOf = ({ id }: { readonly id?: string | number | undefined }): string => String(id);

const device = async (name: string): Promise<string> => {
  const { data } = await client.inventory.create({ name, c8y_IsDevice: {}, com_cumulocity_model_Agent: {} });
  return data.id;
};

describe('@c8y/client, unmodified', () => {
  it('logs in, and not with a wrong password', async () => {
    expect(client.core.tenant).toBe('t100');
    const wrong = Client.authenticate({ tenant: 't100', user: 'admin', password: 'wrong' }, baseUrl);
    await expect(wrong).rejects.toMatchObject({ res: { status: 401 } });
    const { data } = await client.user.currentWithEffectiveRoles();
    expect(client.user.hasRole(data, 'ROLE_INVENTORY_ADMIN')).toBe(true);
  });

  it('keeps an inventory', async () => {
    const id = await device('Pump');
    expect((await client.inventory.update({ id, name: 'Pump 7', acme_Site: { row: 4 } })).data.name).toBe('Pump 7');
    expect((await client.inventory.detail(id)).data).toMatchObject({ id, name: 'Pump 7', acme_Site: { row: 4 } });
    expect((await client.inventory.count({ fragmentType: 'acme_Site' })).data).toBe(1);
    await client.inventory.delete(id);
    await expect(client.inventory.detail(id)).rejects.toMatchObject({
      res: { status: 404 },
      data: { error: 'inventory/Not Found' },
    });
  });

  it('walks through pages', async () => {
    for (let count = 0; count < 7; count++) await client.inventory.create({ name: `m${count}`, acme_Meter: {} });
    const names: string[] = [];
    let page = await client.inventory.list({ fragmentType: 'acme_Meter', pageSize: 3, withTotalPages: true });
    expect(page.paging).toMatchObject({ currentPage: 1, pageSize: 3, totalPages: 3, nextPage: 2 });
    for (;;) {
      names.push(...page.data.map(({ name }) => String(name)));
      if (page.paging?.nextPage == null) break;
      page = await page.paging.next();
    }
    expect(names).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
  });

  it('is told that there are no queries yet, instead of getting every object', async () => {
    for (const filter of [{ query: "name eq 'm1'" }, { q: "$filter=(name eq 'm1')" }, { onlyRoots: true }]) {
      await expect(client.inventory.list(filter)).rejects.toMatchObject({ res: { status: 422 } });
    }
  });

  it('keeps children', async () => {
    const [parent, a, b] = [await device('parent'), await device('a'), await device('b')];
    expect((await client.inventory.childDevicesAdd(a, parent)).data).toMatchObject({ id: a, name: 'a' });
    await client.inventory.childDevicesBulkAdd([b], parent);
    const { data: made } = await client.inventory.childAssetsCreate({ name: 'room' }, parent);
    expect((await client.inventory.childDevicesList(parent)).data.map(({ id }) => id)).toEqual([a, b]);
    expect((await client.inventory.childAssetsList(parent)).data).toMatchObject([{ id: made.id, name: 'room' }]);
    await client.inventory.childDevicesRemove(a, parent);
    expect((await client.inventory.childDevicesList(parent)).data.map(({ id }) => id)).toEqual([b]);
  });

  it('deletes a group and keeps its devices, or deletes a device with its user', async () => {
    const [group, lamp] = [await device('group'), await device('street lamp')];
    await client.inventory.childAssetsAdd(lamp, group);
    expect((await client.inventory.delete(group)).res.status).toBe(204);
    expect((await client.inventory.detail(lamp)).data).toMatchObject({ name: 'street lamp' });
    await client.identity.create({ type: 'c8y_Serial', externalId: 'street-lamp', managedObject: { id: lamp } });
    await client.user.create({ userName: 'device_street-lamp', displayName: '', password: 'lamp-password' });
    expect((await client.inventory.delete(lamp, { cascade: 'True', withDeviceUser: true })).res.status).toBe(204);
    await expect(client.user.detail('device_street-lamp')).rejects.toMatchObject({ res: { status: 404 } });
  });

  it('keeps external ids', async () => {
    const id = await device('named');
    const identity = { type: 'c8y_Serial', externalId: 'pump:7741' };
    await client.identity.create({ ...identity, managedObject: { id } });
    expect((await client.identity.detail(identity)).data.managedObject?.id).toBe(id);
    expect((await client.identity.list(id)).data).toMatchObject([identity]);
    await client.identity.delete(identity);
    await expect(client.identity.detail(identity)).rejects.toMatchObject({ res: { status: 404 } });
  });

  it('raises and clears alarms', async () => {
    const id = await device('alarming');
    const { data } = await client.alarm.create({
      source: { id },
      type: 'acme_Dry',
      text: 'No water',
      severity: 'MAJOR',
      time: '2026-02-03T04:05:06Z',
    });
    expect((await client.alarm.count({ source: id })).data).toBe(1);
    await client.alarm.update({ id: idOf(data), status: 'ACKNOWLEDGED' });
    expect(
      (await client.alarm.updateBulk({ status: 'CLEARED' }, { source: id, resolved: false, severity: 'MAJOR' })).status,
    ).toBe(200);
    expect((await client.alarm.list({ source: id })).data).toMatchObject([{ id: idOf(data), status: 'CLEARED' }]);
    expect((await client.alarm.detail(idOf(data))).data).toMatchObject({ text: 'No water' });
  });

  it('keeps events', async () => {
    const id = await device('eventful');
    const event = { source: { id }, type: 'acme_Door', text: 'open', time: '2026-02-03T04:05:06Z' };
    const { data } = await client.event.create(event);
    await client.event.update({ id: idOf(data), text: 'shut' });
    expect((await client.event.list({ source: id })).data).toMatchObject([{ id: idOf(data), text: 'shut' }]);
    await client.event.delete(idOf(data));
    expect((await client.event.list({ source: id })).data).toEqual([]);
  });

  it('keeps measurements and reads series', async () => {
    const id = await device('measuring');
    const { data } = await client.measurement.create({ sourceId: id, acme_Flow: { F: { value: 3.2, unit: 'l/s' } } });
    expect((await client.measurement.detail(idOf(data))).data).toMatchObject({ type: 'c8y_Measurement' });
    expect((await client.measurement.list({ source: id, valueFragmentType: 'acme_Flow' })).data).toHaveLength(1);
    const { data: series } = await client.measurement.listSeries({
      source: id,
      dateFrom: '2020-01-01',
      dateTo: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(series).toMatchObject({ series: [{ type: 'acme_Flow', name: 'F', unit: 'l/s' }], truncated: false });
    expect(Object.values(series.values)).toEqual([[{ min: 3.2, max: 3.2 }]]);
    await client.measurement.delete(idOf(data));
    await expect(client.measurement.detail(idOf(data))).rejects.toMatchObject({ res: { status: 404 } });
  });

  it('sends operations', async () => {
    const id = await device('operated');
    await client.identity.create({ type: 'c8y_Serial', externalId: 'operated', managedObject: { id } });
    const { data } = await client.operation.create({ deviceId: id, c8y_Restart: {} });
    expect(data).toMatchObject({ status: 'PENDING', deviceId: id });
    await client.operation.update({ id: idOf(data), status: OperationStatus.EXECUTING });
    const { data: executing } = await client.operation.list({ deviceId: id, status: OperationStatus.EXECUTING });
    expect(executing).toMatchObject([{ id: idOf(data) }]);
    expect((await client.operation.detail(idOf(data))).data).toMatchObject({ c8y_Restart: {} });
    expect(rest.deliveries.map(({ cause }) => cause)).toContain(idOf(data));
  });

  it('makes a device user, who then sees only its own', async () => {
    await client.user.create({ userName: 'device_lamp', displayName: 'Lamp', password: 'lamp-password' });
    expect((await client.user.detail('device_lamp')).data).toMatchObject({ userName: 'device_lamp' });
    const auth = new BasicAuth({ tenant: 't100', user: 'device_lamp', password: 'lamp-password' });
    const lamp = new Client(auth, baseUrl);
    const { data } = await lamp.inventory.create({ name: 'Lamp' });
    expect((await lamp.inventory.list({ pageSize: 100 })).data.map(({ id }) => id)).toEqual([data.id]);
    await expect(lamp.operation.create({ deviceId: data.id })).rejects.toMatchObject({ res: { status: 403 } });
  });

  it('is asked for its password the quiet way', async () => {
    const response = await new FetchClient(new BasicAuth({ user: 'admin', password: 'x' }), baseUrl).fetch('/platform');
    expect(response.headers.get('www-authenticate')).toMatch(/^XBASIC/);
  });
});
