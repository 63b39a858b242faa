import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClaimLookup } from '../../lib/connections/claim-lookup';
import { Claims } from '../../lib/connections/claims';
import { parseClientId } from '../../lib/connections/client-id';
import { DeviceIdentifiers } from '../../lib/connections/device-identifiers';
import type { Principal } from '../../lib/platform/access/credentials';
import { type Rest, startRest } from '../http/fixture';

const HOUR = 3_600_000;
const device = (user: string): Principal => ({ tenant: 't100', user, kind: 'device', roles: [] });
const person = (...roles: Principal['roles']): Principal => ({ tenant: 't100', user: 'anna', kind: 'human', roles });

let rest: Rest;
let ended: string[];
let identifiers: DeviceIdentifiers;
let number = 0;
let serial = '';
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.close());
beforeEach(() => {
  ended = [];
  serial = `machine-${++number}`;
  identifiers = new DeviceIdentifiers({
    ...rest.platform,
    claims: new Claims(rest.tables.registry, rest.clock),
    lookup: new ClaimLookup(rest.tables.registry, rest.clock),
    endConnection: async (clientId) => void ended.push(clientId),
  });
});

function connect(principal: Principal, clientId: string) {
  const client = parseClientId(clientId);
  if (!client.ok) throw new Error(client.error);
  return identifiers.connect(principal, client.value, rest.clock.now() + HOUR);
}

describe('connecting as a device', () => {
  it.each([[[]], [['reader']]] as const)('is not for people with the roles %j', async (roles) => {
    expect(await connect(person(...roles), serial)).toEqual({ ok: false, error: 'noDeviceRight' });
    expect(await identifiers.holder('t100', serial)).toBeUndefined();
  });

  it.each(['admin', 'deviceManager'] as const)(
    'is for people with the role %s, until a device user comes',
    async (role) => {
      expect(await connect(person(role), serial)).toMatchObject({ ok: true, value: { user: 'anna' } });
      expect(await connect(device('device_x'), `d:${serial}`)).toMatchObject({ ok: true, value: { user: 'device_x' } });
      expect(ended).toEqual([serial]);
      expect(await connect(person(role), serial)).toMatchObject({ ok: true, value: { user: 'device_x' } });
    },
  );

  it('is refused to a device user when another carries the identifier in its name', async () => {
    expect(await connect(device('device_valve'), 'd:pump')).toEqual({ ok: false, error: 'notItsDevice' });
    expect(await connect(device('device_pump'), 'd:pump')).toMatchObject({ ok: true });
  });

  it('is refused to a device user when the device belongs to another', async () => {
    const { id } = await made('device_other');
    await rest.send('POST', `/identity/globalIds/${id}/externalIds`, {
      body: { type: 'c8y_Serial', externalId: serial },
    });
    expect(await connect(device('device_x'), serial)).toEqual({ ok: false, error: 'notItsDevice' });
    expect(await connect(device('device_other'), serial)).toMatchObject({ ok: true });
  });

  it('is open to a device user when a person has made the device', async () => {
    const { id } = await made('admin');
    await rest.send('POST', `/identity/globalIds/${id}/externalIds`, {
      body: { type: 'c8y_Serial', externalId: serial },
    });
    expect(await connect(device('device_x'), serial)).toMatchObject({ ok: true });
  });
});

async function made(owner: string) {
  return { id: await rest.create('/inventory/managedObjects', { name: serial, owner }) };
}

describe('naming an object', () => {
  it('claims the identifier for a device user', async () => {
    expect(await identifiers.bind(device('device_x'), serial)).toMatchObject({ ok: true });
    expect(await connect(device('device_y'), serial)).toEqual({ ok: false, error: 'claimedByOther' });
    expect(await identifiers.bind(device('device_y'), serial)).toMatchObject({
      error: { kind: 'forbidden', reason: 'identifierOfOther' },
    });
  });

  it('claims nothing for a person', async () => {
    expect(await identifiers.bind(person('admin'), serial)).toMatchObject({ ok: true });
    expect(await identifiers.holder('t100', serial)).toBeUndefined();
  });
});

describe('a release', () => {
  it('ends the connections, and is the tenant’s own', async () => {
    await connect(device('device_x'), serial);
    await connect(device('device_x'), `d:${serial}`);
    expect(await identifiers.release('t200', serial)).toBe(false);
    expect(ended).toEqual([]);
    expect(await identifiers.release('t100', serial)).toBe(true);
    expect(ended.sort()).toEqual([`d:${serial}`, serial].sort());
  });

  it('happens over REST, for administrators', async () => {
    await identifiers.bind(device('device_x'), serial);
    const path = `/cirrus/deviceClaims/${serial}`;
    expect(await rest.send('GET', path)).toMatchObject({ status: 200, body: { user: 'device_x', heldBy: 'DEVICE' } });
    for (const as of ['t100/reader:secret', 't100/device_pump:pump-password', 't100/nobody:secret']) {
      expect(await rest.send('DELETE', path, { as })).toMatchObject({ status: 403 });
    }
    expect(await rest.send('DELETE', path, { as: 't200/admin:secret' })).toMatchObject({ status: 404 });
    expect(await rest.send('DELETE', path)).toMatchObject({ status: 204 });
    expect(await rest.send('GET', path)).toMatchObject({ status: 404 });
  });
});
