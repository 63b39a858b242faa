import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../lib/base/clock';
import { Credentials, type NewUser } from '../../lib/platform/access/credentials';
import { Table } from '../../lib/storage/table';
import type { ProvidedCirrus } from './support/cirrus';
import { Device, newSerial } from './support/device';
import { Rest } from './support/rest';

const PASSWORD = 'a-password-of-the-test';
let cirrus: ProvidedCirrus;
let rest: Rest;
let client: DynamoDBClient;
let credentials: Credentials;

beforeAll(() => {
  cirrus = inject('cirrus');
  rest = new Rest(cirrus);
  client = new DynamoDBClient(cirrus.aws);
  const registry = new Table(client, String(cirrus.outputs.RegistryTable));
  credentials = new Credentials({ registry, clock: systemClock }, async () => systemClock.randomBytes(32));
});
afterAll(() => client.destroy());

/** A user of the tenant, as somebody to connect as. */
async function user(userName: string, given: Partial<NewUser> = {}): Promise<ProvidedCirrus> {
  const made = await credentials.createUser(cirrus.tenant, {
    userName,
    password: PASSWORD,
    kind: 'device',
    roles: [],
    ...given,
  });
  if (!made.ok) throw new Error(made.error.reason);
  return { ...cirrus, user: userName, password: PASSWORD };
}

describe('a device identifier', () => {
  it('belongs to its device user, however another spells it', async () => {
    const serial = newSerial('mine');
    const owner = await user(`device_${serial}`);
    const other = await user(`device_${newSerial('thief')}`);
    const device = await Device.connect(owner, { clientId: serial });
    await device.publish('s/us', ['100,Mine,acme_Mine', '114,c8y_Restart']);
    await device.subscribe('s/ds');
    for (const clientId of [serial, `d:${serial}`, `d:${serial}:tmpl`]) {
      await expect(Device.connect(other, { clientId })).rejects.toMatchObject({ code: 4 });
    }
    const { id } = await rest.device(serial);
    await rest.createOperation(id, { c8y_Restart: {} });
    expect(await device.waitFor('s/ds')).toBe(`510,${serial}`);
    await device.disconnect();
  });

  it('is not for people who may not change devices', async () => {
    const reader = await user(newSerial('reader'), { kind: 'human', roles: ['reader'] });
    const nobody = await user(newSerial('nobody'), { kind: 'human' });
    for (const person of [reader, nobody]) {
      await expect(Device.connect(person, { clientId: newSerial('read') })).rejects.toMatchObject({ code: 4 });
    }
    const manager = await user(newSerial('manager'), { kind: 'human', roles: ['deviceManager'] });
    const device = await Device.connect(manager, { clientId: newSerial('managed') });
    await device.disconnect();
  });

  it('comes to its device user although a person was there first', async () => {
    const serial = newSerial('late');
    const person = await Device.connect(cirrus, { clientId: serial });
    await person.publish('s/us', '211,1');
    await rest.device(serial);
    const device = await Device.connect(await user(`device_${serial}`), { clientId: `d:${serial}` });
    await person.closed();
    await device.publish('s/us', '211,2');
    await device.disconnect();
  });

  it('is free again when its device is deleted, which ends the connection', async () => {
    const serial = newSerial('gone');
    const device = await Device.connect(await user(`device_${serial}`), { clientId: serial });
    await device.publish('s/us', '211,1');
    const { id } = await rest.device(serial);
    const path = `/cirrus/deviceClaims/${serial}`;
    expect(await rest.get(path)).toMatchObject({ status: 200, body: { user: `device_${serial}`, heldBy: 'DEVICE' } });
    expect((await rest.delete(`/inventory/managedObjects/${id}`)).status).toBe(204);
    await device.closed();
    expect((await rest.get(path)).status).toBe(404);
  });

  it('is released by the command, which ends the connection', async () => {
    const serial = newSerial('freed');
    const device = await Device.connect(await user(`device_${serial}`), { clientId: `d:${serial}` });
    expect(await release(serial)).toMatch(`${serial} is free; its connections are ended: d:${serial}`);
    await device.closed();
    await expect(release(newSerial('unknown'))).rejects.toMatchObject({ code: 1 });
  });
});

/** What `npm run tenant -- release` prints. */
async function release(serial: string): Promise<string> {
  const { endpoint, region, credentials: keys } = cirrus.aws;
  const args = ['release', cirrus.tenant, serial, '--table', String(cirrus.outputs.RegistryTable)];
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  const command = ['--import', import.meta.resolve('tsx'), 'tools/tenant.ts', ...args];
  return (await promisify(execFile)(process.execPath, command, { env })).stdout;
}
