import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, BASE, PUMP, READER, type Rest, refusal, STRANGER, startRest } from '../../http/fixture';

let rest: Rest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.close());

describe('the tenant', () => {
  it('is what clients log in with', async () => {
    expect(await rest.send('GET', '/tenant/currentTenant', { as: PUMP })).toMatchObject({
      status: 200,
      body: {
        name: 't100',
        domainName: 't100.example.com',
        allowCreateTenants: false,
        customProperties: {},
        applications: { references: [] },
        self: `${BASE}/tenant/currentTenant`,
      },
    });
  });

  it('says which version it runs', async () => {
    expect(await rest.send('GET', '/tenant/system/options/system/version')).toMatchObject({
      status: 200,
      body: { category: 'system', key: 'version', value: rest.platform.platformVersion },
    });
  });

  it('lists where to start', async () => {
    const { body } = await rest.send('GET', '/platform');
    expect(body).toMatchObject({
      inventory: { managedObjects: { self: `${BASE}/inventory/managedObjects` } },
      deviceControl: {
        operationsByAgentIdAndStatus: `${BASE}/devicecontrol/operations?agentId={agentId}&status={status}`,
      },
    });
  });
});

describe('the current user', () => {
  const roles = async (as: string) => {
    const { body } = await rest.send('GET', '/user/currentUser', { as });
    return (body as { effectiveRoles: { id: string }[] }).effectiveRoles.map(({ id }) => id);
  };

  it('has the roles clients look for', async () => {
    expect(await roles(ADMIN)).toContain('ROLE_INVENTORY_ADMIN');
    expect(await roles(READER)).toContain('ROLE_INVENTORY_READ');
    expect(await roles(READER)).not.toContain('ROLE_INVENTORY_ADMIN');
    expect(await roles(PUMP)).toEqual(['ROLE_DEVICE']);
  });
});

describe('users', () => {
  const USERS = '/user/t100/users';

  it('of devices are made by name, and may log in', async () => {
    const body = { userName: 'device_lamp', password: 'lamp-password-of-32-characters!!' };
    const made = await rest.send('POST', USERS, { body });
    expect(made).toMatchObject({ status: 201, body: { id: 'device_lamp', userName: 'device_lamp', enabled: true } });
    expect(made.body).not.toHaveProperty('password');
    expect(made.headers.get('location')).toBe(`${BASE}${USERS}/device_lamp`);
    expect(await rest.send('GET', `${USERS}/device_lamp`)).toMatchObject({ status: 200, body: made.body as object });
    const as = `t100/${body.userName}:${body.password}`;
    expect(await rest.send('POST', '/inventory/managedObjects', { as, body: {} })).toMatchObject({
      status: 201,
      body: { owner: 'device_lamp' },
    });
  });

  it('of people get their rights from groups', async () => {
    const groups = { references: [{ group: { name: 'readers' } }] };
    const body = { userName: 'ann', password: 'long enough', groups };
    expect(await rest.send('POST', USERS, { body })).toMatchObject({ status: 201, body: { groups } });
    const as = 't100/ann:long enough';
    expect(await rest.send('GET', '/inventory/managedObjects', { as })).toMatchObject({ status: 200 });
    expect(await rest.send('POST', '/inventory/managedObjects', { as, body: {} })).toMatchObject(refusal(403));
    expect(await rest.send('POST', USERS, { body })).toMatchObject(refusal(409, 'user/Duplicate'));
  });

  it.each([
    ['Following mandatory fields should be included: userName, password', {}],
    ['password must not be empty', { userName: 'bob', password: '' }],
    ['Not a user name: b:b', { userName: 'b:b', password: 'long enough' }],
    [
      'groups.references.0.group.name must be admins, readers or business',
      { userName: 'bob', password: 'long enough', groups: { references: [{ group: { name: 'kings' } }] } },
    ],
  ])('are refused: %s', async (message, body) => {
    expect(await rest.send('POST', USERS, { body })).toMatchObject({ status: 422, body: { message } });
  });

  it('are made and seen by administrators of their tenant only', async () => {
    const body = { userName: 'eve', password: 'long enough' };
    for (const as of [READER, PUMP, STRANGER]) {
      expect(await rest.send('POST', USERS, { as, body })).toMatchObject(refusal(403));
    }
    expect(await rest.send('GET', `${USERS}/admin`, { as: STRANGER })).toMatchObject(refusal(403));
    expect(await rest.send('GET', `${USERS}/admin`, { as: PUMP })).toMatchObject(refusal(403));
    expect(await rest.send('GET', `${USERS}/eve`)).toMatchObject(refusal(404, 'user/Not Found'));
  });
});
