import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REST_MS } from '../../lib/connections/claim-decision';
import { ClaimLookup, senderLookup } from '../../lib/connections/claim-lookup';
import { Claims } from '../../lib/connections/claims';
import { ManualClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';

const ADOPTED = { tenant: 't100', user: 'device_pump-1', serial: 'pump-1', kind: 'device' };
const always = async () => true;

let tables: Tables;
let clock: ManualClock;
beforeAll(async () => {
  tables = await startTables();
  clock = new ManualClock();
});
afterAll(() => tables.close());

/** As in a function instance of its own. */
const claims = () => new Claims(tables.registry, clock);
const lookup = () => new ClaimLookup(tables.registry, clock);
const now = () => clock.now();

describe('without a default tenant', () => {
  it('knows only claimed identifiers, and claims none', async () => {
    const known = lookup();
    expect(await senderLookup(known)('stranger', now())).toBeUndefined();
    expect(await known.lookup('stranger', now())).toBeUndefined();
  });
});

describe('with a default tenant', () => {
  it('takes an unclaimed identifier for a device of this tenant, for ever', async () => {
    expect(await senderLookup(lookup(), 't100')('d:pump-1:acme', now())).toEqual(ADOPTED);
    expect(await lookup().lookup('d:pump-1:acme', now())).toEqual(ADOPTED);
    expect(await senderLookup(lookup(), 't200')('pump-1', now())).toEqual(ADOPTED);
  });

  it('says the same to functions that ask at the same time', async () => {
    const answers = await Promise.all(
      ['t100', 't100', 't100'].map((tenant) => senderLookup(lookup(), tenant)('race', now())),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveLength(1);
  });

  it('leaves claimed identifiers to their owner', async () => {
    const owner = { tenant: 't300', user: 'device_valve', serial: 'valve', kind: 'device' } as const;
    await claims().claim({ ...owner, clientId: 'valve' }, always);
    expect(await senderLookup(lookup(), 't100')('valve', now())).toEqual(owner);
  });

  it.each(['', 'n/a', 'x:y', 'pump 1'])('claims nothing for the malformed client ID %j', async (clientId) => {
    expect(await senderLookup(lookup(), 't100')(clientId, now())).toBeUndefined();
  });
});

describe('Claims', () => {
  const device = { tenant: 't100', user: 'device_a', kind: 'device' } as const;
  const human = { tenant: 't100', user: 'anna', kind: 'human', until: Number.MAX_SAFE_INTEGER } as const;
  const as = (clientId: string) => ({ clientId, serial: clientId.split(':')[1] ?? clientId });

  it('belong to the identifier, however the client ID spells it', async () => {
    expect(await claims().claim({ ...device, ...as('c1') }, always)).toMatchObject({ ok: true });
    for (const spelling of ['c1', 'd:c1', 'd:c1:tmpl']) {
      expect(await claims().claim({ ...device, user: 'device_b', ...as(spelling) }, always)).toEqual({
        ok: false,
        error: { reason: 'claimedByOther', ended: [] },
      });
      expect(await claims().claim({ ...device, tenant: 't200', ...as(spelling) }, always)).toMatchObject({ ok: false });
    }
    expect(await claims().claim({ ...device, ...as('d:c1') }, always)).toMatchObject({ ok: true });
    expect(await lookup().lookup('d:c1', now())).toEqual({ ...device, serial: 'c1' });
  });

  it('are given to a device user only when it may be that device', async () => {
    const denied = await claims().claim({ ...device, ...as('c2') }, async () => false);
    expect(denied).toEqual({ ok: false, error: { reason: 'notItsDevice', ended: [] } });
    expect(await lookup().lookup('c2', now())).toBeUndefined();
  });

  it('have one winner among many', async () => {
    const wanted = Array.from({ length: 8 }, (_, at) => ({ ...device, tenant: `t${at}`, ...as('c4') }));
    const results = await Promise.all(wanted.map((each) => claims().claim(each, always)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
  });

  it('are read once a minute and never invented', async () => {
    const known = lookup();
    const used = () => tables.calls.counting(() => known.lookup('c1', now()));
    expect((await used()).commands).toEqual({ GetItem: 1 });
    expect((await used()).commands).toEqual({});
    clock.advance(60_000);
    expect((await used()).commands).toEqual({ GetItem: 1 });
    expect(await known.lookup('unknown', now())).toBeUndefined();
  });

  it('are released by their tenant only, with the clients to end', async () => {
    expect(await claims().release('t200', 'c1')).toBeUndefined();
    expect(await claims().release('t100', 'c1')).toEqual(['c1', 'd:c1']);
    // a repeated release ends what a first one may have left
    expect(await claims().release('t100', 'c1')).toEqual(['c1', 'd:c1']);
    expect(await lookup().heldBy('t100', 'c1')).toBeUndefined();
  });

  it('give messages of the time before to the owner before', async () => {
    const earlier = now();
    clock.advance(REST_MS);
    expect(await claims().claim({ ...device, tenant: 't200', ...as('c1') }, always)).toMatchObject({ ok: true });
    expect(await lookup().lookup('c1', now())).toMatchObject({ tenant: 't200' });
    expect(await lookup().lookup('c1', earlier)).toMatchObject({ tenant: 't100' });
    // a connection of the owner before that could not be ended
    expect(await lookup().lookup('d:c1', now())).toMatchObject({ tenant: 't100' });
  });

  it('know a new spelling of the owner at once, on every instance', async () => {
    const [one, other] = [claims(), lookup()];
    await one.claim({ ...human, ...as('c5') }, always);
    expect(await other.lookup('c5', now())).toMatchObject({ user: 'anna' });
    await one.claim({ ...device, ...as('d:c5') }, always);
    expect(await other.lookup('d:c5', now())).toMatchObject({ user: 'device_a' });
  });
});
