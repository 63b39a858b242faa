import type { Clock } from '../../clock';
import type { DisconnectReason } from '../events';
import type { Connection } from './connection';

/** How and when a client's last connection ended. `at` in ms since the epoch. */
interface Departure {
  readonly at: number;
  readonly reason: DisconnectReason;
  readonly cleanSession: boolean;
}

interface ClientHistory {
  version: number;
  departure?: Departure;
}

/**
 * Version numbers start again after this long offline (docs/reference/aws-platform.md#version-numbers-of-connections).
 */
const VERSION_MEMORY_MS = 3_600_000;
/**
 * How long GetConnection answers for a client that went away
 * (docs/reference/aws-platform.md#looking-up-and-ending-a-connection).
 */
const DEPARTURE_MEMORY_MS = 1_800_000;

/** Who is connected, and who was until recently. */
export class Connections {
  private readonly active = new Map<string, Connection>();
  private readonly history = new Map<string, ClientHistory>();

  constructor(private readonly clock: Clock) {}

  get(clientId: string): Connection | undefined {
    return this.active.get(clientId);
  }

  all(): readonly Connection[] {
    return [...this.active.values()];
  }

  /** Adds a connection. Its version number is one more than the client's last one, and 0 for a new client. */
  enter(connection: Connection): void {
    const known = this.history.get(connection.clientId);
    const version = known === undefined || this.isForgotten(known) ? 0 : known.version + 1;
    this.history.set(connection.clientId, { version });
    this.active.set(connection.clientId, connection);
    connection.session = { version, since: this.clock.now() };
  }

  /** Removes a connection, unless the client has a newer one. */
  leave(connection: Connection): void {
    if (this.active.get(connection.clientId) !== connection) return;
    this.active.delete(connection.clientId);
    const known = this.history.get(connection.clientId);
    if (known === undefined) return;
    const { cleanSession } = connection.request;
    known.departure = { at: this.clock.now(), reason: connection.ended.reason, cleanSession };
  }

  departure(clientId: string): Departure | undefined {
    const departure = this.history.get(clientId)?.departure;
    return departure && this.clock.now() - departure.at < DEPARTURE_MEMORY_MS ? departure : undefined;
  }

  /** Forgets clients that have been gone for long. */
  forget(): void {
    for (const [clientId, known] of this.history) {
      if (this.isForgotten(known)) this.history.delete(clientId);
    }
  }

  private isForgotten({ departure }: ClientHistory): boolean {
    return departure !== undefined && this.clock.now() - departure.at >= VERSION_MEMORY_MS;
  }
}
