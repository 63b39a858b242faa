import type { Clock } from '../base/clock';
import { Lru } from '../base/lru';
import { fail, ok, type Result } from '../base/result';
import type { Table } from '../storage/table';
import { type Claim, ClaimItems } from './claim-items';
import { parseClientId } from './client-id';

const KNOWN = { capacity: 20_000, ttlMs: 60_000 } as const;

/**
 * Who owns which client ID. AWS shares client IDs among all tenants of an account, so the first tenant to use one keeps
 * it until somebody releases it. Within the tenant a person may use any client ID. A device user takes one over from a
 * person, but a person never takes one from a device user.
 */
export class Claims {
  private readonly items: ClaimItems;
  private readonly known: Lru<Claim>;

  constructor(registry: Table, clock: Clock) {
    this.items = new ClaimItems(registry);
    this.known = new Lru(clock, KNOWN);
  }

  /** Claims a client ID and returns the claim that holds now. One read; one write when the claim changes. */
  async claim(clientId: string, wanted: Claim): Promise<Result<Claim, 'claimedByOther'>> {
    const held = await this.items.read(clientId);
    if (held?.tenant === wanted.tenant && held.user === wanted.user) return ok(held);
    if (held?.tenant === wanted.tenant && wanted.kind === 'human') return ok(held);
    const { tenant, user, serial, kind } = wanted;
    return (await this.items.take(clientId, wanted)) ? ok({ tenant, user, serial, kind }) : fail('claimedByOther');
  }

  /** The claim of a client ID, remembered for a minute. A client ID without a claim costs a read each time. */
  async lookup(clientId: string): Promise<Claim | undefined> {
    const known = this.known.get(clientId);
    if (known !== undefined) return known;
    const found = await this.items.read(clientId);
    if (found !== undefined) this.known.set(clientId, found);
    return found;
  }

  /**
   * Releases a client ID of the tenant; false when it is not the tenant's. Other function instances may remember the
   * claim for another minute.
   */
  async release(tenant: string, clientId: string): Promise<boolean> {
    this.known.delete(clientId);
    return this.items.remove(tenant, clientId);
  }
}

/** Finds the owner of the client ID that a message came from; undefined when nobody owns it. */
export type SenderLookup = (clientId: string) => Promise<Claim | undefined>;

/**
 * Finds the owner of a client ID by its claim, which the authorizer wrote. The broker of an emulator asks no
 * authorizer. There `defaultTenant` is set: a well-formed client ID without a claim is claimed for a device of that
 * tenant, so that every later look-up gives the same answer.
 */
export function senderLookup(claims: Claims, defaultTenant?: string): SenderLookup {
  if (defaultTenant === undefined) return (clientId) => claims.lookup(clientId);
  return async (clientId) => (await claims.lookup(clientId)) ?? (await adopt(claims, defaultTenant, clientId));
}

async function adopt(claims: Claims, tenant: string, clientId: string): Promise<Claim | undefined> {
  const parsed = parseClientId(clientId);
  if (!parsed.ok) return undefined;
  const { serial } = parsed.value;
  const adopted = await claims.claim(clientId, { tenant, user: `device_${serial}`, serial, kind: 'device' });
  // somebody else has claimed it in the meantime, so it is theirs
  return adopted.ok ? adopted.value : claims.lookup(clientId);
}
