import type { Clock } from '../base/clock';
import { defined } from '../base/defined';
import { Lru } from '../base/lru';
import type { Table } from '../storage/table';
import { claimOf, REST_MS } from './claim-decision';
import { type Claim, ClaimItems } from './claim-items';
import { parseClientId } from './client-id';

/** A minute, which is shorter than `REST_MS`: what an instance remembers is never another owner's. */
const KNOWN = { capacity: 20_000, ttlMs: 60_000 } as const;

/** Whose the messages of a client are: since `since` (ms since the epoch) of `claim`, earlier ones of `before`. */
interface Found {
  readonly claim?: Claim;
  readonly before?: Claim;
  readonly since: number;
}

/** Finds out whose a message is, by the claim of its device identifier (docs/security.md#who-may-be-which-device). */
export class ClaimLookup {
  private readonly items: ClaimItems;
  /** By client ID. */
  private readonly known: Lru<Found>;

  constructor(registry: Table, clock: Clock) {
    this.items = new ClaimItems(registry);
    this.known = new Lru(clock, KNOWN);
  }

  /**
   * Whose a message is that a client sent at `receivedAt` (ms since the epoch). The claim is remembered for a minute. An
   * identifier without a claim costs a read each time.
   */
  async lookup(clientId: string, receivedAt: number): Promise<Claim | undefined> {
    const { claim, before, since } = this.known.get(clientId) ?? (await this.find(clientId));
    // the owner before sent what is from before the rest
    return before !== undefined && receivedAt < since - REST_MS / 2 ? before : claim;
  }

  /** Reads the claim that covers a client. It is remembered when it knows the client. */
  private async find(clientId: string): Promise<Found> {
    const parsed = parseClientId(clientId);
    const held = parsed.ok ? (await this.items.read(parsed.value.serial))?.held : undefined;
    if (held === undefined) return { since: 0 };
    const { before, clients, since } = held;
    // what comes from a client that this owner never had is of the owner before
    if (!clients.includes(clientId)) return { claim: claimOf(before ?? held), since };
    const found = defined({ claim: claimOf(held), before, since });
    this.known.set(clientId, found);
    return found;
  }

  /** The claim of an identifier, if this tenant holds it: one read. */
  async heldBy(tenant: string, serial: string): Promise<Claim | undefined> {
    const held = (await this.items.read(serial))?.held;
    return held?.tenant === tenant && held.releasedAt === undefined ? claimOf(held) : undefined;
  }

  /**
   * Claims a free identifier for a device of the tenant, without asking who may be it. Returns the claim that holds
   * then; undefined when the client ID is not well formed.
   */
  async adopt(tenant: string, clientId: string, at: number): Promise<Claim | undefined> {
    const parsed = parseClientId(clientId);
    if (!parsed.ok) return undefined;
    const { serial } = parsed.value;
    const claim = { tenant, user: `device_${serial}`, serial, kind: 'device' } as const;
    // when somebody has claimed it in the meantime, it is theirs
    const isOurs = await this.items.write({ version: 1, held: { ...claim, since: at, clients: [clientId] } });
    return isOurs ? claim : this.lookup(clientId, at);
  }
}

/** Finds the owner of the client ID that a message came from at a time; undefined when nobody owns it. */
export type SenderLookup = (clientId: string, receivedAt: number) => Promise<Claim | undefined>;

/**
 * Finds the owner of a client ID by its claim, which the authorizer wrote. The broker of an emulator asks no
 * authorizer. There `defaultTenant` is set: a well-formed client ID without a claim is claimed for a device of that
 * tenant, so that every later look-up gives the same answer.
 */
export function senderLookup(claims: ClaimLookup, defaultTenant?: string): SenderLookup {
  if (defaultTenant === undefined) return (clientId, at) => claims.lookup(clientId, at);
  return async (clientId, at) =>
    (await claims.lookup(clientId, at)) ?? (await claims.adopt(defaultTenant, clientId, at));
}
