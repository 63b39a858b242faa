import { defined } from '../base/defined';
import { claimKey } from '../storage/keys';
import type { Item, Table } from '../storage/table';
import { replaces } from '../storage/versioned';

/** Which tenant and user a device identifier belongs to. Every message gets its tenant and its user from here. */
export interface Claim {
  readonly tenant: string;
  readonly user: string;
  /** Device identifier: external id of type c8y_Serial. */
  readonly serial: string;
  readonly kind: 'human' | 'device';
}

/** A claim with what decides about the next one. Times are ms since the epoch. */
export interface HeldClaim extends Claim {
  /** When this owner took the identifier. */
  readonly since: number;
  /** Client IDs that connected under the claim, the latest last. They are ended when the owner changes. */
  readonly clients: readonly string[];
  /** A person's claim lapses then. A device user's has no end. */
  readonly until?: number;
  /** When the claim was released. It still says whose the late messages are, until somebody takes it. */
  readonly releasedAt?: number;
  /** When a device user of another tenant asked for an identifier that a person holds. */
  readonly contestedAt?: number;
  /** The owner before, when that was another tenant: messages that it sent may still wait in a queue. */
  readonly before?: Claim;
}

/** A claim as it is stored, with the version of its item. */
export interface StoredClaim {
  /** Counts the writes, from 1. */
  readonly version: number;
  readonly held: HeldClaim;
}

/** Claims in the registry table: one item for each device identifier. */
export class ClaimItems {
  constructor(private readonly registry: Table) {}

  async read(serial: string): Promise<StoredClaim | undefined> {
    const item = await this.registry.get(claimKey(serial));
    return item && { version: item.v, held: heldBy(item) };
  }

  /** Replaces version n - 1 with version n; false when another writer was faster. `expiresAt` is in seconds. */
  async write({ version, held }: StoredClaim, expiresAt?: number): Promise<boolean> {
    const { serial, clients, before, ...rest } = held;
    const put = await this.registry.put(
      {
        ...claimKey(serial),
        ...rest,
        serial,
        clients: [...clients],
        before: before && { ...before },
        v: version,
        ttl: expiresAt,
      },
      replaces(version),
    );
    return put.ok;
  }
}

const heldBy = (item: Item): HeldClaim => {
  const { tenant, user, serial, kind, since, clients, until, releasedAt, contestedAt, before } = item;
  return defined({ tenant, user, serial, kind, since, clients, until, releasedAt, contestedAt, before });
};
