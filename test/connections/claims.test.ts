import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Claims, senderLookup } from '../../lib/connections/claims';
import { ManualClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';

const ADOPTED = { tenant: 't100', user: 'device_pump-1', serial: 'pump-1', kind: 'device' };

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

/** As in a function instance of its own. */
const claimsOf = () => new Claims(tables.registry, new ManualClock());

describe('without a default tenant', () => {
  it('knows only claimed client IDs, and claims none', async () => {
    const claims = claimsOf();
    expect(await senderLookup(claims)('stranger')).toBeUndefined();
    expect(await claims.lookup('stranger')).toBeUndefined();
  });
});

describe('with a default tenant', () => {
  it('takes an unclaimed client ID for a device of this tenant, for ever', async () => {
    expect(await senderLookup(claimsOf(), 't100')('d:pump-1:acme')).toEqual(ADOPTED);
    expect(await claimsOf().lookup('d:pump-1:acme')).toEqual(ADOPTED);
    expect(await senderLookup(claimsOf(), 't200')('d:pump-1:acme')).toEqual(ADOPTED);
  });

  it('says the same to functions that ask at the same time', async () => {
    const answers = await Promise.all(
      ['t100', 't100', 't100'].map((tenant) => senderLookup(claimsOf(), tenant)('race')),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveLength(1);
  });

  it('leaves claimed client IDs to their owner', async () => {
    const owner = { tenant: 't300', user: 'device_valve', serial: 'valve', kind: 'device' } as const;
    await claimsOf().claim('valve', owner);
    expect(await senderLookup(claimsOf(), 't100')('valve')).toEqual(owner);
  });

  it.each(['', 'n/a', 'x:y', 'pump 1'])('claims nothing for the malformed client ID %j', async (clientId) => {
    expect(await senderLookup(claimsOf(), 't100')(clientId)).toBeUndefined();
  });
});

describe('Claims', () => {
  const device = { tenant: 't100', user: 'device_a', serial: 'a', kind: 'device' } as const;
  const human = { tenant: 't100', user: 'anna', serial: 'a', kind: 'human' } as const;
  const clock = new ManualClock();
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
