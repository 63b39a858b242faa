import { describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);

interface Children {
  readonly childDevices: { readonly references: readonly { readonly managedObject: { readonly id: string } }[] };
}

async function childIds(id: string): Promise<readonly string[]> {
  const { body } = await rest.get<Children>(`/inventory/managedObjects/${id}`);
  return body.childDevices.references.map(({ managedObject }) => managedObject.id);
}

describe('devices come to be', () => {
  it('by their first data', async () => {
    const serial = newSerial('by-data');
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.publish('s/us', '211,21.5');
    const object = await rest.device(serial);
    expect(object).toMatchObject({
      name: `MQTT Device ${serial}`,
      type: 'c8y_MQTTDevice',
      owner: cirrus.user,
      c8y_IsDevice: {},
      com_cumulocity_model_Agent: {},
    });
    await eventually(async () => {
      const measurements = await rest.list(`/measurement/measurements?source=${object.id}`, 'measurements');
      expect(measurements).toMatchObject([{ c8y_TemperatureMeasurement: { T: { value: 21.5, unit: 'C' } } }]);
    });
    await device.disconnect();
  });

  it('by 100, with its name and type; a second 100 is told so', async () => {
    const serial = newSerial('by-100');
    const device = await Device.connect(cirrus, { clientId: `d:${serial}` });
    await device.subscribe('s/e');
    await device.publish('s/us', '100,"Pump, the seventh",acme_Pump');
    expect(await rest.device(serial)).toMatchObject({ name: 'Pump, the seventh', type: 'acme_Pump' });
    await device.publish('s/us', '100,Another name,acme_Other');
    await device.waitFor('s/e', (row) => row === '41,100,Device already existing');
    expect(await rest.device(serial)).toMatchObject({ name: 'Pump, the seventh', type: 'acme_Pump' });
    await device.disconnect();
  });

  it('by data and a 100 right behind it, which still names it', async () => {
    const serial = newSerial('named');
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.publish('s/us', ['211,20', '100,Boiler,acme_Boiler']);
    await eventually(async () =>
      expect(await rest.findDevice(serial)).toMatchObject({ name: 'Boiler', type: 'acme_Boiler' }),
    );
    await device.disconnect();
  });

  it('as children: by 101, and by data on their topic', async () => {
    const serial = newSerial('gateway');
    const [lamp, meter] = [`${serial}:lamp`, `${serial}:meter`];
    const gateway = await Device.connect(cirrus, { clientId: serial });
    await gateway.publish('s/us', ['100,Gateway', `101,${lamp},Lamp,acme_Lamp`]);
    expect(await rest.device(lamp)).toMatchObject({ name: 'Lamp', type: 'acme_Lamp', c8y_IsDevice: {} });
    await gateway.publish(`s/us/${meter}`, '200,acme_Power,P,12,W');
    const child = await rest.device(meter);
    expect(child).toMatchObject({ name: `MQTT Device ${meter}`, type: 'c8y_MQTTChildDevice' });
    expect(child).not.toHaveProperty('com_cumulocity_model_Agent');
    const [{ id }, { id: lampId }] = [await rest.device(serial), await rest.device(lamp)];
    await eventually(async () => expect(await childIds(id)).toEqual([lampId, child.id]));
    await eventually(async () => {
      const measurements = await rest.list(`/measurement/measurements?source=${child.id}`, 'measurements');
      expect(measurements).toMatchObject([{ source: { id: child.id }, acme_Power: { P: { value: 12, unit: 'W' } } }]);
    });
    await gateway.disconnect();
  });

  it('as children of children: by 101 on the topic of the child', async () => {
    const serial = newSerial('deep');
    const [room, sensor] = [`${serial}-room`, `${serial}-sensor`];
    const gateway = await Device.connect(cirrus, { clientId: serial });
    await gateway.publish('s/us', `101,${room},Room`);
    const { id } = await rest.device(room);
    await gateway.publish(`s/us/${room}`, `101,${sensor},Sensor`);
    const { id: sensorId } = await rest.device(sensor);
    await eventually(async () => expect(await childIds(id)).toEqual([sensorId]));
    await gateway.disconnect();
  });

  it('never as children of two gateways: the second is refused', async () => {
    const [first, second] = [newSerial('first'), newSerial('second')];
    const child = `${first}-child`;
    const owner = await Device.connect(cirrus, { clientId: first });
    await owner.publish(`s/us/${child}`, '211,1');
    const { id } = await rest.device(child);
    const stranger = await Device.connect(cirrus, { clientId: second });
    await stranger.subscribe('s/e');
    await stranger.publish(`s/us/${child}`, '211,2');
    await stranger.waitFor('s/e', (row) => row === `41,211,Device ${child} does not belong to device ${second}`);
    expect(await rest.list(`/measurement/measurements?source=${id}`, 'measurements')).toHaveLength(1);
    await Promise.all([owner.disconnect(), stranger.disconnect()]);
  });
});
