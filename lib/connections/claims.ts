import type { Clock } from '../base/clock';
import { Lru } from '../base/lru';
import { fail, ok, type Result } from '../base/result';
import type { Table } from '../storage/table';
import { type Claim, ClaimItems } from './claim-items';
import { parseClientId } from './client-id';

const KNOWN = { capacity: 20_000, ttlMs: 60_000 } as const;

/**
 * Claims of client IDs, which AWS shares among all tenants of an account. The first owner keeps one, for ever or until it
 * is released; within its tenant a person may use any, without taking it from a device, and a device takes it from a person.
 */
export class Claims {
  private readonly items: ClaimItems;
  private readonly known: Lru<Claim>;

  constructor(registry: Table, clock: Clock) {
    this.items = new ClaimItems(registry);
    this.known = new Lru(clock, KNOWN);
  }

  /** Returns the claim as it stands; one read, and a write unless it is this user's already. */
  async claim(clientId: string, wanted: Claim): Promise<Result<Claim, 'claimedByOther'>> {
    const held = await this.items.read(clientId);
    if (held?.tenant === wanted.tenant && held.user === wanted.user) return ok(held);
    if (held?.tenant === wanted.tenant && wanted.kind === 'human') return ok(held);
    const { tenant, user, serial, kind } = wanted;
    return (await this.items.take(clientId, wanted)) ? ok({ tenant, user, serial, kind }) : fail('claimedByOther');
  }

  /** Remembered for a minute; a client ID without a claim is asked for each time. */
  async lookup(clientId: string): Promise<Claim | undefined> {
    const known = this.known.get(clientId);
    if (known !== undefined) return known;
    const found = await this.items.read(clientId);
    if (found !== undefined) this.known.set(clientId, found);
    return found;
  }

  /** Gives a client ID of the tenant free; other instances may know it for another minute. */
  async release(tenant: string, clientId: string): Promise<boolean> {
    this.known.delete(clientId);
    return this.items.remove(tenant, clientId);
  }
}

/** Whose client ID a message came from; undefined for one that belongs to nobody. */
export type SenderLookup = (clientId: string) => Promise<Claim | undefined>;

/**
 * Finds the owner of a client ID by its claim, which the authorizer wrote. An emulator's broker asks no authorizer: with a
 * default tenant, a well-formed client ID without claim becomes that of a device of this tenant, and is claimed, so that
 * every later look-up says the same.
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
  // claimed by somebody in between: theirs it is
  return adopted.ok ? adopted.value : claims.lookup(clientId);
}
