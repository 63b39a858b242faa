import { connectionKey } from '../storage/keys';
import type { Table } from '../storage/table';
import { replaces } from '../storage/versioned';

/** One filter of a connection: whether it was last subscribed or unsubscribed, and when (ms since the epoch). */
export interface TopicState {
  readonly on: boolean;
  readonly at: number;
}

/** What lifecycle events have told of a device's connection. Times are the broker's, in ms since the epoch. */
export interface Connection {
  readonly clientId: string;
  /** The broker's session identifier; '' when no event has named one. */
  readonly session: string;
  /** The broker's number for this connection of the client ID. It starts over after about an hour offline. */
  readonly versionNumber?: number;
  /** When the session began, or the time of the earliest event of it that has arrived. */
  readonly startedAt: number;
  readonly disconnectedAt?: number;
  /** The filters this session has subscribed or unsubscribed. */
  readonly topics: { readonly [filter: string]: TopicState };
  /** Filters of earlier sessions. A persistent session keeps them, and the broker sends no event for them. */
  readonly earlier: readonly string[];
}

/** A connection with the version its item has. */
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
    // only `write` writes this item
    return { version: Number(item.v), connection: JSON.parse(String(item.b)) as Connection };
  }

  /** Replaces version n - 1 with version n; false when somebody else has done so already. */
  async write(tenant: string, serial: string, { version, connection }: StoredConnection): Promise<boolean> {
    const written = await this.table.put(
      { ...connectionKey(tenant, serial), v: version, b: JSON.stringify(connection) },
      replaces(version),
    );
    return written.ok;
  }
}
