import { Client, type IEvent, type IMeasurement } from '@c8y/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const serial = newSerial('clients');

let device: Device;
let client: Client;
let id: string;

beforeAll(async () => {
  const { tenant, user, password, endpoints } = cirrus;
  client = await Client.authenticate({ tenant, user, password }, endpoints.http);
  device = await Device.connect(cirrus, { clientId: serial });
  await device.subscribe('s/ds');
  await device.publish('s/us', `100,Clients,${serial}`);
  ({ id } = await new Rest(cirrus).device(serial));
});
afterAll(() => device.disconnect());

describe('@c8y/client, unmodified, beside a device on MQTT', () => {
  it('knows its tenant', async () => {
    expect((await client.tenant.current()).data).toMatchObject({ name: cirrus.tenant });
  });

  it('finds the device in the inventory and by its serial', async () => {
    const { data } = await client.inventory.list({ type: serial });
    expect(data).toMatchObject([{ id, name: 'Clients', c8y_IsDevice: {} }]);
    const identity = await client.identity.detail({ type: 'c8y_Serial', externalId: serial });
    expect(identity.data.managedObject?.id).toBe(id);
  });

  it('reads what the device publishes meanwhile', async () => {
    await device.publish('s/us', ['200,acme_Flow,F,1.5,l/s', '400,acme_Door,open', '302,acme_Dry,No water']);
    const [measurement] = await eventually(async () => {
      const { data } = await client.measurement.list({ source: id, valueFragmentType: 'acme_Flow' });
      expect(data).toHaveLength(1);
      return data;
    });
    expect(measurement satisfies IMeasurement | undefined).toMatchObject({
      acme_Flow: { F: { value: 1.5, unit: 'l/s' } },
    });
    const { data: events } = await client.event.list({ source: id, type: 'acme_Door' });
    expect(events satisfies IEvent[]).toMatchObject([{ text: 'open', source: { id } }]);
    const { data: alarms } = await client.alarm.list({ source: id, severity: 'MAJOR' });
    expect(alarms).toMatchObject([{ type: 'acme_Dry', text: 'No water', status: 'ACTIVE' }]);
  });

  it('clears an alarm of the device', async () => {
    const { data: alarms } = await client.alarm.list({ source: id, type: 'acme_Dry' });
    await client.alarm.update({ id: String(alarms[0]?.id), status: 'CLEARED' });
    expect((await client.alarm.list({ source: id, type: 'acme_Dry' })).data).toMatchObject([{ status: 'CLEARED' }]);
  });

  it('operates the device', async () => {
    const { data } = await client.operation.create({ deviceId: id, c8y_Command: { text: 'uptime' } });
    expect(await device.waitFor('s/ds')).toBe(`511,${serial},uptime`);
    await device.publish('s/us', ['501,c8y_Command', '503,c8y_Command,3 days']);
    await eventually(async () => {
      const { data: now } = await client.operation.detail(String(data.id));
      expect(now).toMatchObject({ status: 'SUCCESSFUL', c8y_Command: { result: '3 days' } });
    });
  });
});
