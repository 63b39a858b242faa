import type { Clock } from '../base/clock';
import { Lru } from '../base/lru';
import { type Listeners, NAME_LEASE_MS } from './listeners';

/** Since when something is known to be true, and how many names the tenant had given up before. */
export interface Lease {
  /** Ms since the epoch. */
  readonly since: number;
  /** Undefined when the instance has not looked yet. */
  readonly releases: number | undefined;
}

interface Entry<V> {
  readonly value: V;
  lease: Lease;
}

/**
 * Remembers where names of a tenant lead, so that they need not be read again. A value is used only while no name of
 * the tenant was given up after it was read. The instance learns of that from the item that it reads every few seconds
 * anyway (docs/decisions/0026-a-deletion-waits-for-leases.md).
 */
export class LeasedCache<V> {
  private readonly entries: Lru<Entry<V>>;

  constructor(
    private readonly deps: { readonly listeners: Listeners; readonly clock: Clock },
    options: { readonly capacity: number; readonly ttlMs: number },
  ) {
    this.entries = new Lru(deps.clock, options);
  }

  /** The value of a name, if it is remembered and still certain. It reads once in `NAME_LEASE_MS` for each tenant. */
  async get(tenant: string, name: string): Promise<V | undefined> {
    const key = keyOf(tenant, name);
    const entry = this.entries.get(key);
    if (entry === undefined || this.deps.clock.now() - entry.lease.since < NAME_LEASE_MS) return entry?.value;
    const { releases, readAt } = await this.deps.listeners.releasesIn(tenant);
    if (releases === entry.lease.releases) {
      entry.lease = { since: readAt, releases };
      return entry.value;
    }
    this.entries.delete(key);
    return undefined;
  }

  /** Begins a lease. It has to begin before the value is read from the database. */
  begin(tenant: string): Lease {
    return { since: this.deps.clock.now(), releases: this.deps.listeners.knownReleases(tenant) };
  }

  /** Remembers a value that was read under a lease. */
  set(tenant: string, name: string, value: V, lease: Lease): void {
    this.entries.set(keyOf(tenant, name), { value, lease });
  }

  /** Drops a value. */
  delete(tenant: string, name: string): void {
    this.entries.delete(keyOf(tenant, name));
  }
}

const keyOf = (tenant: string, name: string): string => `${tenant}/${name}`;
