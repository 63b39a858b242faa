import type { JsonObject } from '../base/json';
import type { ProcessingMode } from '../changes/modes';

/**
 * Where a change comes from. State is ordered by `asOf` of the origin, never by arrival: first the time of receipt,
 * then the message, then the row.
 */
export interface Origin {
  readonly tenant: string;
  /** User name within the tenant. It becomes the owner of what is created. */
  readonly user: string;
  readonly mode: ProcessingMode;
  /** When the broker (or the HTTP API) received it, ms since the epoch. */
  readonly receivedAt: number;
  /** The broker's trace id or the HTTP request id. */
  readonly messageId: string;
  /** 1-based row within the message. */
  readonly row: number;
  /**
   * What identifies a reading that has a time of its own. By its content unless the door says otherwise: a device sends
   * a message again. Two equal HTTP requests are two readings, so they are identified by the request.
   */
  readonly readingsBy?: ReadingIdentity['by'];
}

/**
 * The place of a change in time. It sorts as text: 13 digits of ms, 8 characters of the message id, the row in 3
 * base-36 digits.
 */
export type AsOf = string;

/** The fragment of a device that has a connection of its own (docs/reference/static-templates.md#markers-of-a-device). */
export const AGENT_MARKER = 'com_cumulocity_model_Agent';

/** The device (root, child or service) a row is about, once it is known to exist. */
export interface DeviceRef {
  /** Internal id: decimal digits. */
  readonly id: string;
  /** External id of type c8y_Serial. */
  readonly serial: string;
  /** Minutes within which a sign of life is required; zero or less in maintenance, absent when nothing is required. */
  readonly responseInterval?: number;
}

export interface ManagedObject {
  readonly id: string;
  readonly owner: string;
  /** ISO 8601, UTC. */
  readonly creationTime: string;
  readonly lastUpdated: string;
  /** All other members at the top level: name, type and every fragment. */
  readonly fragments: JsonObject;
}

export interface ExternalId {
  readonly type: string;
  readonly externalId: string;
  readonly managedObjectId: string;
}

export interface Measurement {
  readonly id: string;
  readonly source: string;
  /** ISO 8601 as the device sent it, or the receive time in UTC. */
  readonly time: string;
  readonly type: string;
  /** fragment → series → value. A REST client may put any other JSON here too. */
  readonly fragments: JsonObject;
}

export interface DeviceEvent {
  readonly id: string;
  readonly source: string;
  readonly time: string;
  readonly type: string;
  readonly text: string;
  readonly creationTime: string;
  readonly lastUpdated: string;
  readonly fragments: JsonObject;
}

export const SEVERITIES = ['CRITICAL', 'MAJOR', 'MINOR', 'WARNING'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const ALARM_STATUSES = ['ACTIVE', 'ACKNOWLEDGED', 'CLEARED'] as const;
export type AlarmStatus = (typeof ALARM_STATUSES)[number];

export interface Alarm {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly text: string;
  readonly time: string;
  readonly severity: Severity;
  readonly status: AlarmStatus;
  readonly count: number;
  readonly firstOccurrenceTime: string;
  readonly creationTime: string;
  readonly lastUpdated: string;
  readonly fragments: JsonObject;
}

export const OPERATION_STATUSES = ['PENDING', 'EXECUTING', 'SUCCESSFUL', 'FAILED'] as const;
export type OperationStatus = (typeof OPERATION_STATUSES)[number];

/** One try to bring an operation to its agent. */
export interface DeliveryAttempt {
  /** ISO 8601. */
  readonly time: string;
  readonly clientId: string;
  /** Session of the connection, where known. */
  readonly connection?: string;
  readonly result: 'ACKNOWLEDGED' | 'OFFLINE' | 'UNKNOWN' | 'REFUSED' | 'THROTTLED';
}

export interface Operation {
  readonly id: string;
  readonly deviceId: string;
  readonly agentId: string;
  /** c8y_Serial of the device that the operation is for; '' when it has none. */
  readonly deviceSerial: string;
  /** c8y_Serial of the agent, whose connection carries it; '' when it had none. */
  readonly agentSerial: string;
  readonly status: OperationStatus;
  readonly creationTime: string;
  readonly lastUpdated: string;
  readonly failureReason?: string;
  readonly delivery: readonly DeliveryAttempt[];
  /** ISO 8601: when the agent's PUBACK for it arrived. */
  readonly acknowledgedAt?: string;
  readonly fragments: JsonObject;
}

/** What identifies a reading when it is sent twice. Its id is made from this (`readings/ids.ts`). */
export type ReadingIdentity =
  /** A device sent it with a time: device, time and content identify it. */
  | { readonly by: 'content' }
  /** It came without one, or over HTTP: the message and the row in it (the number in the body) identify it. */
  | { readonly by: 'message'; readonly messageId: string; readonly row: number };
