import { connectionKey } from '../storage/keys';
import type { Table } from '../storage/table';
import { replaces } from '../storage/versioned';

/** One filter of a connection: whether it was last subscribed or unsubscribed, and when (ms since the epoch). */
export interface TopicState {
  readonly on: boolean;
  readonly at: number;
}

/** What is known of a device's connection, from lifecycle events. Times are ms since the epoch, as the broker has them. */
export interface Connection {
  readonly clientId: string;
  /** The broker's session identifier; '' when no event has named one. */
  readonly session: string;
  /** Of the client ID; starts over after about an hour offline. */
  readonly versionNumber?: number;
  /** When the session began, or the first that was heard of it. */
  readonly startedAt: number;
  readonly disconnectedAt?: number;
  /** What this session has subscribed or unsubscribed, by filter. */
  readonly topics: { readonly [filter: string]: TopicState };
  /** Filters of the sessions before, which a persistent session keeps without saying so. */
  readonly earlier: readonly string[];
}

export interface StoredConnection {
  /** Counts the writes, from 1. */
  readonly version: number;
  readonly connection: Connection;
}

/** Connection items of the registry table. */
export class ConnectionItems {
  constructor(private readonly table: Table) {}

  async read(tenant: string, serial: string): Promise<StoredConnection | undefined> {
    const item = await this.table.get(connectionKey(tenant, serial));
    if (item === undefined) return undefined;
    // written by `write` alone
    return { version: Number(item.v), connection: JSON.parse(String(item.b)) as Connection };
  }

  /** Writes version n over n - 1; false when somebody else was faster. */
  async write(tenant: string, serial: string, { version, connection }: StoredConnection): Promise<boolean> {
    const written = await this.table.put(
      { ...connectionKey(tenant, serial), v: version, b: JSON.stringify(connection) },
      replaces(version),
    );
    return written.ok;
  }
}
