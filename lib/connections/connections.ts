import type { Clock } from '../base/clock';
import { defined } from '../base/defined';
import { own } from '../base/json';
import type { Table } from '../storage/table';
import { OVERTAKEN, versioned } from '../storage/versioned';
import { type Connection, ConnectionItems } from './connection-items';
import type { LifecycleEvent } from './lifecycle-event';
import { afterEvent, isCurrent, listensOn } from './state';

/** What a lifecycle event means for delivery. */
export interface ConnectionChange {
  readonly connection: Connection;
  /** Filters that the device has just subscribed to and still listens on. */
  readonly subscribed: readonly string[];
  /**
   * Whether the device is connected, and since when (ms since the epoch). Only there when this event said so and no
   * newer one is known.
   */
  readonly presence?: { readonly connected: boolean; readonly at: number };
}

/**
 * The state of each device's connection, kept from lifecycle events. An event costs one read and at most one write. The
 * state says which topics a device listens on. Only the broker knows whether the device is connected at this moment.
 */
export class Connections {
  private readonly items: ConnectionItems;

  constructor(private readonly deps: { readonly registry: Table; readonly clock: Clock }) {
    this.items = new ConnectionItems(deps.registry);
  }

  /** Takes in an event of the device's client. Events may come late, repeatedly and in any order. */
  async apply(tenant: string, serial: string, event: LifecycleEvent): Promise<ConnectionChange> {
    return versioned(this.deps.clock, `connection of ${serial}`, async () => {
      const stored = await this.items.read(tenant, serial);
      const connection = afterEvent(stored?.connection, event);
      const changed = connection !== stored?.connection;
      const version = (stored?.version ?? 0) + 1;
      if (changed && !(await this.items.write(tenant, serial, { version, connection }))) return OVERTAKEN;
      // a repeated event reports the same change again, because what followed from the first one may have failed
      const presence = presenceBy(connection, event);
      return defined({ connection, subscribed: subscribedBy(connection, event), presence });
    });
  }

  /** The last known state of a device's connection; undefined when no event was heard yet. One read. */
  async find(tenant: string, serial: string): Promise<Connection | undefined> {
    return (await this.items.read(tenant, serial))?.connection;
  }

  /** Does the device listen on this topic? A device of which this is not known yet counts as listening. One read. */
  async isSubscribed(tenant: string, serial: string, topic: string): Promise<boolean> {
    return listensOn(await this.find(tenant, serial), topic, this.deps.clock.now());
  }
}

function presenceBy(connection: Connection, event: LifecycleEvent): ConnectionChange['presence'] {
  const isPresence = event.eventType === 'connected' || event.eventType === 'disconnected';
  if (!isPresence || !isCurrent(connection, event)) return undefined;
  const { startedAt, disconnectedAt } = connection;
  return { connected: disconnectedAt === undefined, at: disconnectedAt ?? startedAt };
}

function subscribedBy(connection: Connection, event: LifecycleEvent): readonly string[] {
  if (event.eventType !== 'subscribed' || !isCurrent(connection, event)) return [];
  return event.topics.filter((filter) => own(connection.topics, filter)?.on === true);
}
