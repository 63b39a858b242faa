import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Credentials, type NewUser } from '../../../lib/platform/access/credentials';
import { ManualClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';

const clock = new ManualClock();
let tables: Tables;
let deps: { registry: Tables['registry']; clock: ManualClock };
beforeAll(async () => {
  tables = await startTables();
  deps = { registry: tables.registry, clock };
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
