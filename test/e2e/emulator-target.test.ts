import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCirrus, startCirrus } from '../../local/cirrus';
import { OWN_CLOUD } from '../../local/options';
import { provided } from './support/cirrus';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

let certificateDir: string;
let cirrus: RunningCirrus;
let rest: Rest;
beforeAll(async () => {
  certificateDir = await mkdtemp(join(tmpdir(), 'cirrus-emulator-'));
  const settings = { certificateDir, retryDelays: [50, 100], context: { target: 'emulator' } } as const;
  cirrus = await startCirrus(OWN_CLOUD, {}, settings);
  rest = new Rest(provided(cirrus));
});
afterAll(async () => {
  await cirrus.close();
  await rm(certificateDir, { recursive: true, force: true });
});

const connect = (clientId: string): Promise<Device> => Device.connect(provided(cirrus), { clientId });

describe('the emulator target on the embedded cloud', () => {
  it('stores what a device publishes, brings it an operation and takes the answer', async () => {
    const serial = newSerial('emulated');
    const device = await connect(serial);
    await device.subscribe('s/ds', 's/e');
    await device.publish('s/us', [`100,${serial},c8y_Emulated`, '114,c8y_Restart', '200,c8y_Temperature,T,21.5,C']);
    const { id, owner } = await rest.device(serial);
    expect(owner).toBe(`device_${serial}`);
    await eventually(async () => {
      const stored = await rest.list(`/measurement/measurements?source=${id}`, 'measurements');
      expect(stored).toMatchObject([{ c8y_Temperature: { T: { value: 21.5, unit: 'C' } } }]);
    });
    const operation = await rest.createOperation(id, { c8y_Restart: {} });
    await device.waitFor('s/ds', (row) => row === `510,${serial}`);
    await device.publish('s/us', '501,c8y_Restart');
    await rest.operationIn(operation.id, 'EXECUTING');
    await device.publish('s/us', '503,c8y_Restart');
    await rest.operationIn(operation.id, 'SUCCESSFUL');
    await device.disconnect();
  });

  it('lets a client in without a password, as the brokers of emulators do', async () => {
    const clientId = newSerial('nobody');
    const client = await connectAsync(cirrus.endpoints.mqtt, { clientId, reconnectPeriod: 0 });
    await client.publishAsync('s/us', '211,4', { qos: 1 });
    expect(await rest.device(clientId)).toMatchObject({ owner: `device_${clientId}` });
    await client.endAsync();
  });

  it('hands over on 500 what was published while the device was away', async () => {
    const serial = newSerial('late');
    const first = await connect(serial);
    await first.publish('s/us', ['100,Late,c8y_Emulated', '114,c8y_Restart']);
    const { id } = await rest.device(serial);
    await first.disconnect();
    await rest.createOperation(id, { c8y_Restart: {} });
    const again = await connect(serial);
    await again.subscribe('s/ds');
    await again.publish('s/us', '500');
    await again.waitFor('s/ds', (row) => row === `510,${serial}`);
    await again.disconnect();
  });

  it('answers on the topic, so that every subscriber hears it', async () => {
    const [asking, listening] = await Promise.all([connect(newSerial('asking')), connect(newSerial('listening'))]);
    await listening.subscribe('s/e');
    await asking.publish('s/us', '999,x');
    expect(await listening.waitFor('s/e')).toMatch(/^40,999,/);
    await Promise.all([asking.disconnect(), listening.disconnect()]);
  });
});
