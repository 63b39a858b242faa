import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Claims } from '../../../lib/connections/claims';
import { Credentials, type NewUser } from '../../../lib/platform/access/credentials';
import { Identity } from '../../../lib/platform/inventory/identity';
import { Inventory } from '../../../lib/platform/inventory/inventory';
import { Tenants } from '../../../lib/platform/tenants/tenants';
import { callAt } from '../../support/calls';
import { ManualClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';

const clock = new ManualClock();
let tables: Tables;
let deps: { registry: Tables['registry']; telemetry: Tables['telemetry']; clock: ManualClock };
beforeAll(async () => {
  tables = await startTables();
  deps = { registry: tables.registry, telemetry: tables.telemetry, clock };
});
afterAll(() => tables.close());

describe('Credentials', () => {
  const hashKey = () => Promise.resolve(new Uint8Array(32).fill(7));
  const users = () => new Credentials(deps, hashKey);
  const anna: NewUser = { userName: 'anna', password: 'correct horse', kind: 'human', roles: ['admin'] };
  const pump: NewUser = { userName: 'device_pump-7741', password: 'x'.repeat(32), kind: 'device', roles: [] };

  it('knows users by their password, and nobody by another', async () => {
    const credentials = users();
    for (const user of [anna, pump]) {
      const { password, ...shown } = user;
      expect(await credentials.createUser('t100', user)).toEqual({ ok: true, value: shown });
      expect(await credentials.user('t100', user.userName)).toEqual(shown);
      const principal = { tenant: 't100', user: user.userName, kind: user.kind, roles: user.roles };
      expect(await credentials.verify('t100', user.userName, password)).toEqual({ ok: true, value: principal });
      for (const wrong of ['', `${password} `, password.toUpperCase(), 'p\u0000q']) {
        expect(await credentials.verify('t100', user.userName, wrong)).toEqual({ ok: false, error: 'badCredentials' });
      }
      expect(await credentials.verify('t200', user.userName, password)).toEqual({ ok: false, error: 'badCredentials' });
    }
    expect(await credentials.createUser('t100', anna)).toMatchObject({ ok: false, error: { kind: 'exists' } });
  });

  it('remembers a verified pair for a minute, and no other', async () => {
    const credentials = users();
    const used = (password: string) => tables.calls.counting(() => credentials.verify('t100', 'anna', password));
    expect((await used(anna.password)).commands).toEqual({ GetItem: 1 });
    expect((await used(anna.password)).commands).toEqual({});
    expect((await used('wrong')).commands).toEqual({ GetItem: 1 });
    clock.advance(60_000);
    expect((await used(anna.password)).commands).toEqual({ GetItem: 1 });
  });

  it('keeps neither password nor plain hash', async () => {
    const stored = await tables.registry.get({ pk: 'T#t100#U#anna', sk: 'USER' });
    expect(JSON.stringify(stored)).not.toContain(anna.password);
    const other = await tables.registry.get({ pk: 'T#t100#U#device_pump-7741', sk: 'USER' });
    expect(stored?.salt).not.toEqual(other?.salt);
  });

  it.each([
    ['', 'anna'],
    ['t100', ''],
    ['t#100', 'anna'],
    ['t100', 'an na'],
    ['t100', 'a/b'],
    ['t100', 'a:b'],
    ['t100', 'a\u0000b'],
    ['t100', 'x'.repeat(129)],
    ['x'.repeat(65), 'anna'],
  ])('refuses the malformed %j %j before anything is read', async (tenant, user) => {
    const used = await tables.calls.counting(async () => {
      expect(await users().verify(tenant, user, 'secret')).toEqual({ ok: false, error: 'malformed' });
    });
    expect(used.commands).toEqual({});
    expect(await users().createUser(tenant, { ...anna, userName: user })).toMatchObject({
      ok: false,
      error: { kind: 'invalid' },
    });
  });

  it('changes a password', async () => {
    expect(await users().setPassword('t100', 'anna', 'new password')).toEqual({ ok: true, value: undefined });
    expect(await users().verify('t100', 'anna', 'new password')).toMatchObject({ ok: true });
    expect(await users().verify('t100', 'anna', anna.password)).toMatchObject({ ok: false });
    expect(await users().setPassword('t100', 'nobody', 'new password')).toMatchObject({ ok: false });
    expect(await users().setPassword('t100', 'anna', 'short')).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  });

  it('asks for its key again after it could not be read', async () => {
    let asked = 0;
    const credentials = new Credentials(deps, () =>
      ++asked === 1 ? Promise.reject(new Error('throttled')) : hashKey(),
    );
    await expect(credentials.verify('t100', 'anna', 'x')).rejects.toThrow('throttled');
    expect(await credentials.verify('t100', 'anna', 'new password')).toMatchObject({ ok: true });
  });
});

describe('Claims', () => {
  const device = { tenant: 't100', user: 'device_a', serial: 'a', kind: 'device' } as const;
  const human = { tenant: 't100', user: 'anna', serial: 'a', kind: 'human' } as const;
  const claims = () => new Claims(tables.registry, clock);

  it('keep a client ID for its first owner', async () => {
    expect(await claims().claim('c1', device)).toEqual({ ok: true, value: device });
    expect(await claims().claim('c1', device)).toEqual({ ok: true, value: device });
    expect(await claims().claim('c1', { ...device, user: 'device_b' })).toEqual({ ok: false, error: 'claimedByOther' });
    expect(await claims().claim('c1', { ...device, tenant: 't200' })).toEqual({ ok: false, error: 'claimedByOther' });
    expect(await claims().claim('c1', { ...human, tenant: 't200' })).toEqual({ ok: false, error: 'claimedByOther' });
    expect(await claims().lookup('c1')).toEqual(device);
  });

  it('let a person of the tenant in without taking it, and a device take it from a person', async () => {
    await claims().claim('c2', device);
    expect(await claims().claim('c2', human)).toEqual({ ok: true, value: device });
    expect(await claims().claim('c3', human)).toEqual({ ok: true, value: human });
    expect(await claims().claim('c3', device)).toEqual({ ok: true, value: device });
    expect(await claims().lookup('c3')).toEqual(device);
  });

  it('have one winner among many', async () => {
    const wanted = Array.from({ length: 8 }, (_, at) => ({ ...device, tenant: `t${at}` }));
    const results = await Promise.all(wanted.map((each) => claims().claim('c4', each)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
  });

  it('are read once a minute and never invented', async () => {
    const known = claims();
    const used = () => tables.calls.counting(() => known.lookup('c1'));
    expect((await used()).commands).toEqual({ GetItem: 1 });
    expect((await used()).commands).toEqual({});
    clock.advance(60_000);
    expect((await used()).commands).toEqual({ GetItem: 1 });
    expect(await known.lookup('unknown')).toBeUndefined();
  });

  it('are released by their tenant only', async () => {
    expect(await claims().release('t200', 'c1')).toBe(false);
    expect(await claims().release('t100', 'c1')).toBe(true);
    expect(await claims().lookup('c1')).toBeUndefined();
  });
});

describe('Tenants', () => {
  it('are created once, with a retention', async () => {
    const tenants = new Tenants(deps);
    const created = await tenants.create({ id: 't300', domain: 't300.example' });
    const tenant = { id: 't300', name: 't300', domain: 't300.example', retentionDays: 60 };
    expect(created).toEqual({ ok: true, value: tenant });
    expect(await tenants.create({ id: 't300', domain: 'other' })).toMatchObject({
      ok: false,
      error: { kind: 'exists' },
    });
    expect(await tenants.get('t300')).toEqual(tenant);
    expect(await tenants.list()).toEqual([tenant]);
    expect(await tenants.get('nobody')).toBeUndefined();
    for (const wrong of [{ id: 'a#b' }, { id: '' }, { id: 'x', retentionDays: 0 }, { id: 'x', retentionDays: 1.5 }]) {
      expect(await tenants.create({ domain: 'd', ...wrong })).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    }
  });

  it('have options by category', async () => {
    const tenants = new Tenants(deps);
    await tenants.setOption('t300', 'device-registration', 'security-token.policy', 'REQUIRED');
    await tenants.setOption('t300', 'device', 'x', '1');
    expect(await tenants.option('t300', 'device', 'x')).toBe('1');
    expect(await tenants.option('t100', 'device', 'x')).toBeUndefined();
    expect(await tenants.options('t300')).toHaveLength(2);
    expect(await tenants.options('t300', 'device')).toEqual([{ category: 'device', key: 'x', value: '1' }]);
  });
});

describe('Identity', () => {
  it('binds, finds, lists and unbinds names', async () => {
    const [inventory, identity] = [new Inventory(deps), new Identity(deps)];
    const call = callAt(clock.now());
    const made = await inventory.create(call, { fragments: {} });
    const id = made.ok ? made.value.id : '';
    const bound = { type: 'acme/№', externalId: 'a#b/c%23:d', managedObjectId: id };
    expect(await identity.bind(call, id, bound.type, bound.externalId)).toEqual({ ok: true, value: bound });
    expect(await identity.bind(call, id, bound.type, bound.externalId)).toMatchObject({
      ok: false,
      error: { kind: 'exists', reason: 'externalIdTaken' },
    });
    expect(await identity.bind(call, '1', 'x', 'y')).toMatchObject({ ok: false, error: { kind: 'notFound' } });
    expect(await identity.find('t100', bound.type, bound.externalId)).toEqual(bound);
    expect(await identity.find('t200', bound.type, bound.externalId)).toBeUndefined();
    expect(await identity.find('t100', bound.type, 'a#b/c#:d')).toBeUndefined();
    expect(await identity.list('t100', id)).toEqual([bound]);
    expect(await identity.unbind(call, bound.type, bound.externalId)).toEqual({ ok: true, value: undefined });
    expect(await identity.unbind(call, bound.type, bound.externalId)).toMatchObject({
      ok: false,
      error: { kind: 'notFound' },
    });
    expect(await identity.list('t100', id)).toEqual([]);
  });

  it('remembers a serial for a minute, and forgets one that is unbound', async () => {
    const [inventory, identity] = [new Inventory(deps), new Identity(deps)];
    const call = callAt(clock.now());
    const made = await inventory.create(call, { fragments: {} });
    const id = made.ok ? made.value.id : '';
    await identity.bind(call, id, 'c8y_Serial', 's-1');
    expect(await identity.resolve('t100', 's-1')).toEqual({ id, serial: 's-1' });
    expect((await tables.calls.counting(() => identity.resolve('t100', 's-1'))).commands).toEqual({});
    await identity.unbind(call, 'c8y_Serial', 's-1');
    expect(await identity.resolve('t100', 's-1')).toBeUndefined();
  });
});
