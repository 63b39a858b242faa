import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClaimRequest, decideClaim, REST_MS } from '../../lib/connections/claim-decision';
import type { HeldClaim } from '../../lib/connections/claim-items';

const MINUTE = 60_000;
const DAY = 86_400_000;
const device: ClaimRequest = { tenant: 't1', user: 'device_x', serial: 'x', kind: 'device', clientId: 'x', at: 0 };
const person: ClaimRequest = { ...device, user: 'anna', kind: 'human', until: 2 * DAY };

/** The claim after these requests; each has to be granted. */
function heldAfter(...requests: readonly ClaimRequest[]): HeldClaim | undefined {
  let held: HeldClaim | undefined;
  for (const request of requests) {
    const decision = decideClaim(held, request);
    if (!decision.granted) throw new Error(`${request.user}: ${decision.error}`);
    held = decision.claim;
  }
  return held;
}

describe('a device user', () => {
  it('keeps an identifier, whoever asks for it and however late', () => {
    const held = heldAfter(device);
    for (const other of [
      { user: 'device_y' },
      { tenant: 't2' },
      { tenant: 't2', user: 'root', kind: 'human' },
    ] as const) {
      expect(decideClaim(held, { ...device, ...other, at: 1000 * DAY })).toMatchObject({ error: 'claimedByOther' });
    }
  });

  it('takes it from a person of its tenant at once, and the connections of the person end', () => {
    const held = heldAfter({ ...person, clientId: 'x' }, { ...person, clientId: 'd:x' });
    expect(decideClaim(held, { ...device, at: MINUTE })).toMatchObject({
      granted: true,
      claim: { user: 'device_x', clients: ['x'], since: MINUTE },
      ended: ['d:x'],
    });
  });

  it('of another tenant gets it from a person after a rest, while the person is kept away', () => {
    const held = heldAfter(person);
    const foreign = { ...device, tenant: 't2' };
    const first = decideClaim(held, { ...foreign, at: MINUTE });
    expect(first).toMatchObject({ granted: false, error: 'resting', ended: ['x'] });
    const contested = first.granted ? undefined : first.next;
    expect(contested).toMatchObject({ tenant: 't1', contestedAt: MINUTE });
    for (const at of [MINUTE + 1, MINUTE + REST_MS - 1]) {
      expect(decideClaim(contested, { ...foreign, at })).toMatchObject({ error: 'resting', ended: [] });
      expect(decideClaim(contested, { ...person, at })).toMatchObject({ error: 'resting' });
      expect(decideClaim(contested, { ...person, user: 'bert', at })).toMatchObject({ error: 'resting' });
    }
    expect(decideClaim(contested, { ...foreign, at: MINUTE + REST_MS })).toMatchObject({
      granted: true,
      claim: { tenant: 't2', before: { tenant: 't1', user: 'anna' } },
    });
  });
});

describe('a person', () => {
  it('uses the identifier of a device of its tenant without taking it', () => {
    const decision = decideClaim(heldAfter(device), { ...person, clientId: 'd:x', at: 5 });
    expect(decision).toMatchObject({ granted: true, taken: false, claim: { user: 'device_x', clients: ['x', 'd:x'] } });
  });

  it('holds a free one until its time is over', () => {
    const held = heldAfter(person);
    const foreign: ClaimRequest = { ...person, tenant: 't2', until: 9 * DAY };
    expect(decideClaim(held, { ...foreign, at: 2 * DAY - 1 })).toMatchObject({ error: 'claimedByOther' });
    expect(decideClaim(held, { ...foreign, at: 2 * DAY })).toMatchObject({ granted: true, claim: { tenant: 't2' } });
  });

  it('holds it longer when it connects again', () => {
    const again = decideClaim(heldAfter(person), { ...person, at: DAY, until: 3 * DAY });
    expect(again).toMatchObject({ granted: true, isChanged: true, claim: { until: 3 * DAY, since: 0 } });
  });
});

describe('a released identifier', () => {
  const held = { ...heldAfter(device), releasedAt: DAY } as HeldClaim;

  it('is its owner’s again at once, and others’ after a rest', () => {
    expect(decideClaim(held, { ...device, at: DAY + 1 })).toMatchObject({
      granted: true,
      claim: { since: DAY + 1, user: 'device_x' },
    });
    const other = { ...device, tenant: 't2', user: 'device_z' };
    expect(decideClaim(held, { ...other, at: DAY + REST_MS - 1 })).toMatchObject({ error: 'resting' });
    expect(decideClaim(held, { ...other, at: DAY + REST_MS })).toMatchObject({
      granted: true,
      claim: { tenant: 't2' },
    });
  });
});

describe('any history', () => {
  const request = fc.record({
    tenant: fc.constantFrom('t1', 't2'),
    user: fc.constantFrom('device_a', 'device_b', 'anna'),
    clientId: fc.constantFrom('x', 'd:x', 'd:x:t'),
    pause: fc.integer({ min: 0, max: 4 * MINUTE }),
  });

  it('never changes the tenant without a rest, and never takes from a device user', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 30 }), (history) => {
        let held: HeldClaim | undefined;
        let at = 0;
        let lastGrant = 0;
        for (const { pause, user, ...asked } of history) {
          at += pause;
          const kind = user === 'anna' ? 'human' : 'device';
          const until = kind === 'human' ? { until: at + 2 * DAY } : {};
          const decision = decideClaim(held, { ...asked, ...until, user, kind, serial: 'x', at });
          if (decision.granted && held !== undefined) {
            const moved = decision.claim.tenant !== held.tenant;
            if (moved) expect(at - lastGrant).toBeGreaterThanOrEqual(REST_MS);
            if (held.kind === 'device')
              expect([decision.claim.tenant, decision.claim.user]).toEqual([held.tenant, held.user]);
          }
          if (decision.granted) lastGrant = at;
          held = decision.granted ? decision.claim : (decision.next ?? held);
        }
      }),
    );
  });
});
