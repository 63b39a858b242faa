import type { AuthorizerEvent } from '../authorization/authorizer-message';
import { ConnectionPolicy } from '../authorization/connection-policy';
import type { DisconnectReason } from '../events';
import type { MqttGate } from '../transport/mqtt-gate';
import type { Transport } from '../transport/transport';
import type { PublishBudget } from './publish-budget';

/** What a CONNECT packet said, after the platform's limits were applied. */
export interface ConnectRequest {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: Uint8Array;
  readonly cleanSession: boolean;
  /** Seconds. */
  readonly keepAlive: number;
  readonly will?: { readonly topic: string; readonly qos: number; readonly retain: boolean };
}

/** What the authorizer granted. */
export interface Grant {
  readonly principalId: string;
  readonly policy: ConnectionPolicy;
  /** When the connection ends, ms since the epoch. Absent without an authorizer. */
  readonly expiresAt?: number;
  /** When the authorizer is asked again, ms since the epoch. Absent without an authorizer. */
  readonly refreshAt?: number;
  /** The event to ask the authorizer with again. */
  readonly event?: AuthorizerEvent;
}

/** The grant before the authorizer has answered: nothing is allowed. */
const NOBODY: Grant = { principalId: '', policy: ConnectionPolicy.parse([], '') };

type Acknowledgement = 'acknowledged' | 'closed';

/** One client's connection, from accepted socket to closed socket. */
export class Connection {
  readonly gate: MqttGate;
  request: ConnectRequest = { clientId: '', cleanSession: true, keepAlive: 0 };
  grant: Grant = NOBODY;
  /** Set once the CONNACK has been sent. `since` in ms since the epoch. */
  session: { readonly version: number; readonly since: number } | undefined;
  readonly filters = new Set<string>();
  /** True when DeleteConnection asked that the last will is not published. */
  suppressWill = false;
  /** True while the authorizer is asked again. */
  refreshing = false;
  private ending: { readonly reason: DisconnectReason; readonly detail?: string } | undefined;
  private readonly unacknowledged = new Map<number, (outcome: Acknowledgement) => void>();

  constructor(
    readonly transport: Transport,
    /** Identifies this connection in lifecycle events and in the authorizer's event. */
    readonly id: string,
    readonly budget: PublishBudget,
    openGate: (connection: Connection) => MqttGate,
  ) {
    this.gate = openGate(this);
  }

  get clientId(): string {
    return this.request.clientId;
  }

  get closed(): boolean {
    return this.gate.destroyed;
  }

  /** Gives the reason why the connection ends. Only the first one given counts. */
  explain(reason: DisconnectReason, detail?: string): void {
    this.ending ??= { reason, ...(detail !== undefined && { detail }) };
  }

  end(reason: DisconnectReason, detail?: string): void {
    this.explain(reason, detail);
    this.gate.destroy();
  }

  get ended(): { readonly reason: DisconnectReason; readonly detail?: string } {
    return this.ending ?? { reason: 'CONNECTION_LOST' };
  }

  /** Resolves when the client acknowledges the message, or when it no longer can. */
  acknowledgement(messageId: number): Promise<Acknowledgement> {
    return new Promise((resolve) => this.unacknowledged.set(messageId, resolve));
  }

  /** Takes a PUBACK. True when it was for a direct message, which the MQTT library does not know. */
  acknowledge(messageId: number): boolean {
    const waiting = this.unacknowledged.get(messageId);
    if (waiting === undefined) return false;
    this.unacknowledged.delete(messageId);
    waiting('acknowledged');
    return true;
  }

  /** Tells all who wait for a PUBACK that none will come. */
  abandon(): void {
    for (const waiting of this.unacknowledged.values()) waiting('closed');
    this.unacknowledged.clear();
  }
}
