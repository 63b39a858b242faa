import type { TransportKind } from './transport/transport';

/** Why a connection ended, as lifecycle events say it (docs/reference/aws-platform.md#reasons-of-a-disconnect). */
export type DisconnectReason =
  | 'AUTH_ERROR'
  | 'CLIENT_INITIATED_DISCONNECT'
  | 'CLIENT_ERROR'
  | 'CONNECTION_LOST'
  | 'DUPLICATE_CLIENTID'
  | 'FORBIDDEN_ACCESS'
  | 'MQTT_KEEP_ALIVE_TIMEOUT'
  | 'SERVER_INITIATED_DISCONNECT'
  | 'API_INITIATED_DISCONNECT'
  | 'CUSTOMAUTH_TTL_EXPIRATION';

/** What the broker did, for logs and tests. */
export type IotEvent =
  | { readonly kind: 'connected'; readonly clientId: string; readonly transport: TransportKind }
  | { readonly kind: 'refused'; readonly clientId: string; readonly code: number; readonly reason: string }
  | {
      readonly kind: 'disconnected';
      readonly clientId: string;
      readonly reason: DisconnectReason;
      /** What the client did wrong, when the broker ended the connection for that. */
      readonly detail?: string;
    }
  | {
      readonly kind: 'published';
      readonly clientId: string;
      readonly topic: string;
      readonly bytes: number;
      readonly traceId: string;
    }
  | { readonly kind: 'discarded'; readonly clientId: string; readonly what: string; readonly reason: string }
  | {
      readonly kind: 'subscribed';
      readonly clientId: string;
      readonly filters: readonly string[];
      readonly refused: readonly string[];
    }
  | { readonly kind: 'delivered'; readonly clientId: string; readonly topic: string; readonly bytes: number }
  | {
      readonly kind: 'directMessage';
      readonly clientId: string;
      readonly topic: string;
      readonly bytes: number;
      readonly confirmed: boolean;
      /** The HTTP status the sender got. */
      readonly status: number;
    }
  | { readonly kind: 'ruleFailed'; readonly rule: string; readonly topic: string; readonly message: string };
