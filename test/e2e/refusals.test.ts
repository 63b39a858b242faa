import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ProvidedCirrus } from './support/cirrus';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { failureCount } from './support/failures';
import { Rest } from './support/rest';
import { anotherTenant } from './support/tenant';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);

let other: ProvidedCirrus;
beforeAll(async () => {
  other = await anotherTenant(cirrus, newSerial('tenant'));
});

/** Is there for others as before. */
async function expectService(): Promise<void> {
  const device = await Device.connect(cirrus, { clientId: newSerial('witness') });
  await device.publish('s/us', '211,1');
  await rest.device(device.clientId);
  await device.disconnect();
}

describe('a connection that is not let in', () => {
  it.each([
    ['a wrong password', { password: 'guess' }],
    ['an unknown user', { username: 't100/nobody' }],
    ['an unknown tenant', { username: 't999/admin' }],
    ['a user name without tenant', { username: 'admin' }],
    ['a user name with two slashes', { username: 't100/admin/x' }],
    ['a tenant that is no name', { username: '*/admin' }],
    ['an empty user name', { username: '' }],
  ])('%s: CONNACK 4', async (_, credentials) => {
    const refused = Device.connect(cirrus, { clientId: newSerial('refused'), ...credentials });
    await expect(refused).rejects.toMatchObject({ code: 4 });
  });

  it.each(['a b', 'a/b', 'a+b', 'a*b', 'a"b', 'pümp', 'x:pump', 'pump:templates', 'd:', 'd:a:b:c'])(
    'the client ID %j: CONNACK 4',
    async (clientId) => {
      await expect(Device.connect(cirrus, { clientId })).rejects.toMatchObject({ code: 4 });
    },
  );

  it.each(['', '$pump', 'p'.repeat(129)])('the client ID %j: CONNACK 2', async (clientId) => {
    await expect(Device.connect(cirrus, { clientId })).rejects.toMatchObject({ code: 2 });
  });

  it('a client ID of another tenant: CONNACK 4, in any spelling', async () => {
    const serial = newSerial('claimed');
    const owner = await Device.connect(cirrus, { clientId: serial });
    await expect(Device.connect(other, { clientId: serial })).rejects.toMatchObject({ code: 4 });
    expect(owner.client.connected).toBe(true);
    await owner.disconnect();
    await expect(Device.connect(other, { clientId: serial })).rejects.toMatchObject({ code: 4 });
  });

  it('does not reveal what another tenant has', async () => {
    const serial = newSerial('private');
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.publish('s/us', '211,1');
    const { id } = await rest.device(serial);
    const stranger = new Rest(other);
    expect(await stranger.findDevice(serial)).toBeUndefined();
    expect((await stranger.get(`/inventory/managedObjects/${id}`)).status).toBe(404);
    expect(await stranger.list(`/measurement/measurements?source=${id}`, 'measurements')).toEqual([]);
    await device.disconnect();
  });

  it('something that is not MQTT', async () => {
    const { hostname, port } = new URL(cirrus.endpoints.mqtt);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: cirrus\r\n\r\n');
    await once(socket, 'close');
    await expectService();
  });
});

describe('a publish that ends the connection', () => {
  it.each(['s/ds', 's/e', 's/us/#', 'x/us', 'hello/world', 's/uc/acme', 'error', '$aws/events/presence/connected/x'])(
    'on %s',
    async (topic) => {
      const device = await Device.connect(cirrus, { clientId: newSerial('closed') });
      // without waiting for a PUBACK that never comes
      device.client.publish(topic, '211,1', { qos: 1 });
      await device.closed();
      await expectService();
    },
  );

  it('a retained one', async () => {
    const device = await Device.connect(cirrus, { clientId: newSerial('retained') });
    device.client.publish('s/us', '211,1', { qos: 1, retain: true });
    await device.closed();
    expect(await rest.findDevice(device.clientId)).toBeUndefined();
  });

  it('one over the 128 kB of the broker', async () => {
    const device = await Device.connect(cirrus, { clientId: newSerial('huge') });
    device.client.publish('s/us', Buffer.alloc(128 * 1024 + 1, 'x'), { qos: 1 });
    await device.closed();
    await expectService();
  });
});

describe('what is refused while the connection stays', () => {
  it.each(['s/us', 't/us', '#', '+/us', 's/+', 'hello/world', '$aws/events/#'])('SUBSCRIBE %s', async (filter) => {
    const device = await Device.connect(cirrus, { clientId: newSerial('curious') });
    await expect(device.subscribe(filter)).rejects.toThrow();
    await device.subscribe('s/ds');
    await device.publish('s/us', '600');
    expect(await device.waitFor('s/ds')).toMatch(/^601,/);
    await device.disconnect();
  });

  it('a SUBSCRIBE with a right and a wrong filter grants the right one', async () => {
    const device = await Device.connect(cirrus, { clientId: newSerial('half') });
    const codes = new Promise((resolve) =>
      device.client.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet.granted)),
    );
    await expect(device.subscribe('s/ds', 's/us')).rejects.toThrow();
    expect(await codes).toEqual([1, 128]);
    await device.disconnect();
  });

  it('a publish with QoS 2 is dropped without an answer', async () => {
    const serial = newSerial('exactly-once');
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.subscribe('s/ds');
    device.client.publish('s/us', '211,2', { qos: 2 });
    await device.publish('s/us', '211,1');
    const { id } = await rest.device(serial);
    await eventually(async () =>
      expect(await rest.list(`/measurement/measurements?source=${id}`, 'measurements')).toMatchObject([
        { c8y_TemperatureMeasurement: { T: { value: 1 } } },
      ]),
    );
    expect(device.client.connected).toBe(true);
    device.drop();
  });
});

describe('a device that vanishes', () => {
  it('leaves its last will, which is data as any other', async () => {
    const serial = newSerial('mortal');
    const will = {
      topic: 's/us',
      payload: Buffer.from('400,acme_Lost,Connection lost'),
      qos: 1,
      retain: false,
    } as const;
    const device = await Device.connect(cirrus, { clientId: serial, will });
    await device.publish('s/us', '100,Mortal');
    const { id } = await rest.device(serial);
    device.drop();
    await eventually(async () =>
      expect(await rest.list(`/event/events?source=${id}`, 'events')).toMatchObject([
        { type: 'acme_Lost', text: 'Connection lost' },
      ]),
    );
  });

  it('nothing of all this went into the failure queue', async () => {
    expect(await failureCount(cirrus)).toBe(0);
  });
});
