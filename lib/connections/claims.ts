import type { Clock } from '../base/clock';
import { Lru } from '../base/lru';
import { fail, ok, type Result } from '../base/result';
import type { Table } from '../storage/table';
import { OVERTAKEN, type Overtaken, versioned } from '../storage/versioned';
import {
  type ClaimDecision,
  type ClaimError,
  type ClaimRequest,
  claimOf,
  decideClaim,
  REST_MS,
} from './claim-decision';
import { type Claim, ClaimItems, type HeldClaim } from './claim-items';
import { parseClientId } from './client-id';

/** A minute, which is shorter than `REST_MS`: what an instance remembers is never another owner's. */
const KNOWN = { capacity: 20_000, ttlMs: 60_000 } as const;
/** A released claim is kept as long as a message can wait in the failure queue, and then dropped. */
const RELEASED_KEPT_MS = 14 * 86_400_000;

/** An identifier that was given, and the client IDs whose connections have to end. */
export interface GivenClaim {
  readonly claim: Claim;
  readonly ended: readonly string[];
}
/** An identifier that was not given, and the client IDs whose connections have to end all the same. */
export interface DeniedClaim {
  readonly reason: ClaimError | 'notItsDevice';
  readonly ended: readonly string[];
}

/**
 * Who owns which device identifier (docs/security.md#who-may-be-which-device). AWS shares client IDs among all tenants of
 * an account, and so an identifier belongs to one tenant of the account.
 */
export class Claims {
  private readonly items: ClaimItems;
  private readonly known: Lru<HeldClaim>;

  constructor(
    registry: Table,
    private readonly clock: Clock,
  ) {
    this.items = new ClaimItems(registry);
    this.known = new Lru(clock, KNOWN);
  }

  /**
   * Claims an identifier, however the client ID spells it. One read, and one write when the claim changes. `mayTake` is
   * asked before a device user gets an identifier that is not its own yet.
   */
  async claim(
    request: Omit<ClaimRequest, 'at'>,
    mayTake: () => Promise<boolean>,
  ): Promise<Result<GivenClaim, DeniedClaim>> {
    return versioned(this.clock, `claim of ${request.serial}`, async () => {
      const stored = await this.items.read(request.serial);
      const decision = decideClaim(stored?.held, { ...request, at: this.clock.now() });
      if (decision.granted && decision.taken && request.kind === 'device' && !(await mayTake())) {
        return fail<DeniedClaim>({ reason: 'notItsDevice', ended: [] });
      }
      return this.carryOut(decision, (stored?.version ?? 0) + 1);
    });
  }

  private async carryOut(
    decision: ClaimDecision,
    version: number,
  ): Promise<Result<GivenClaim, DeniedClaim> | Overtaken> {
    const next = decision.granted ? (decision.isChanged ? decision.claim : undefined) : decision.next;
    if (next !== undefined && !(await this.items.write({ version, held: next }))) return OVERTAKEN;
    if (next !== undefined) this.known.delete(next.serial);
    const { ended } = decision;
    return decision.granted ? ok({ claim: claimOf(decision.claim), ended }) : fail({ reason: decision.error, ended });
  }

  /**
   * Whose a message is that a client sent at `receivedAt` (ms since the epoch). The claim is remembered for a minute. An
   * identifier without a claim costs a read each time.
   */
  async lookup(clientId: string, receivedAt: number): Promise<Claim | undefined> {
    const parsed = parseClientId(clientId);
    if (!parsed.ok) return undefined;
    const held = await this.holderOf(parsed.value.serial, clientId);
    if (held === undefined) return undefined;
    const { before, clients, since } = held;
    // the owner before sent what is from before the rest, and what comes from a client that this owner never had
    const isOfBefore = receivedAt < since - REST_MS / 2 || !clients.includes(clientId);
    return claimOf(before !== undefined && isOfBefore ? before : held);
  }

  /** The claim that covers a client; a remembered one that does not know the client is read again. */
  private async holderOf(serial: string, clientId: string): Promise<HeldClaim | undefined> {
    const known = this.known.get(serial);
    if (known?.clients.includes(clientId)) return known;
    const found = (await this.items.read(serial))?.held;
    if (found !== undefined) this.known.set(serial, found);
    return found;
  }

  /** The claim of an identifier, if this tenant holds it: one read. */
  async heldBy(tenant: string, serial: string): Promise<Claim | undefined> {
    const held = (await this.items.read(serial))?.held;
    return held?.tenant === tenant && held.releasedAt === undefined ? claimOf(held) : undefined;
  }

  /**
   * Releases an identifier of the tenant. Returns the client IDs whose connections have to end, or undefined when the
   * tenant does not hold it. Its owner may take it again at once, anybody else after a rest.
   */
  async release(tenant: string, serial: string): Promise<readonly string[] | undefined> {
    return versioned(this.clock, `claim of ${serial}`, async () => {
      const stored = await this.items.read(serial);
      if (stored?.held.tenant !== tenant) return undefined;
      // released before: its connections may not have ended
      if (stored.held.releasedAt !== undefined) return stored.held.clients;
      const releasedAt = this.clock.now();
      const held = { ...stored.held, releasedAt };
      const expiresAt = Math.ceil((releasedAt + RELEASED_KEPT_MS) / 1000);
      if (!(await this.items.write({ version: stored.version + 1, held }, expiresAt))) return OVERTAKEN;
      this.known.delete(serial);
      return held.clients;
    });
  }
}

/** Finds the owner of the client ID that a message came from; undefined when nobody owns it. */
export type SenderLookup = (clientId: string, receivedAt: number) => Promise<Claim | undefined>;

/**
 * Finds the owner of a client ID by its claim, which the authorizer wrote. The broker of an emulator asks no
 * authorizer. There `defaultTenant` is set: a well-formed client ID without a claim is claimed for a device of that
 * tenant, so that every later look-up gives the same answer.
 */
export function senderLookup(claims: Claims, defaultTenant?: string): SenderLookup {
  if (defaultTenant === undefined) return (clientId, at) => claims.lookup(clientId, at);
  return async (clientId, at) =>
    (await claims.lookup(clientId, at)) ?? (await adopt(claims, defaultTenant, clientId, at));
}

async function adopt(claims: Claims, tenant: string, clientId: string, at: number): Promise<Claim | undefined> {
  const parsed = parseClientId(clientId);
  if (!parsed.ok) return undefined;
  const { serial } = parsed.value;
  const wanted = { tenant, user: `device_${serial}`, serial, kind: 'device', clientId } as const;
  const adopted = await claims.claim(wanted, async () => true);
  // somebody else has claimed it in the meantime, so it is theirs
  return adopted.ok ? adopted.value.claim : claims.lookup(clientId, at);
}
