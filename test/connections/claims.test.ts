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
