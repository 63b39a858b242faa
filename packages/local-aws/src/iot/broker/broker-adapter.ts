import type { Connection, ConnectRequest } from '../connections/connection';

/** A PUBLISH, decoded. */
export interface Publication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
}

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
export const CONNACK = { identifierRejected: 2, unavailable: 3, badCredentials: 4, notAuthorized: 5 } as const;
export type RefusalCode = (typeof CONNACK)[keyof typeof CONNACK];

/** What the MQTT library asks and reports. The implementation decides as AWS would. */
export interface BrokerHooks {
  /** Whether the client may connect; a number is the CONNACK code of the refusal. */
  authenticate(connection: Connection, request: ConnectRequest): Promise<'accept' | RefusalCode>;
  /** The client speaks a version of MQTT that the library does not; it was refused with CONNACK 1. */
  protocolRefused(connection: Connection): void;
  /** The CONNACK has been sent. */
  connected(connection: Connection): void;
  /**
   * A PUBLISH arrived, or the last will of a client that is gone is due. A PUBLISH is acknowledged when the promise
   * resolves with true; false closes the connection.
   */
  publish(connection: Connection, publication: Publication, origin: 'client' | 'will'): Promise<boolean>;
  /** `refuse` is a SUBACK failure for this filter; `close` ends the connection. */
  subscribe(connection: Connection, filter: string): 'grant' | 'refuse' | 'close';
  /** After the SUBACK, with the filters granted and refused. */
  subscribed(connection: Connection, granted: readonly string[], refused: readonly string[]): void;
  unsubscribed(connection: Connection, filters: readonly string[]): void;
  /** Whether a message may go to a subscriber. */
  forward(connection: Connection, publication: Publication): boolean;
  keepAliveTimeout(connection: Connection): void;
}

/** An MQTT library: protocol, sessions, subscriptions. It knows nothing about AWS. */
export interface MqttBroker {
  start(): Promise<void>;
  /** Takes over a connection whose gate is open. */
  attach(connection: Connection): void;
  /** Publishes to subscribers without asking `hooks.publish`. */
  publish(publication: Publication): void;
  /** A packet identifier that is free on this connection. */
  nextMessageId(connection: Connection): number;
  /** Whether the client has a persistent session, connected or not. */
  hasSession(clientId: string): Promise<boolean>;
  forgetSession(clientId: string): Promise<void>;
  close(): Promise<void>;
}
