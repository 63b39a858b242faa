import { defined } from '../../base/defined';
import { webSocketKey } from '../../storage/keys';
import type { Table } from '../../storage/table';
import { ttlOf } from './session-items';

/** A WebSocket, with what only its upgrade request tells: later frames have no headers. */
export interface WebSocketRecord {
  readonly connectionId: string;
  /** The address the client uses for this platform, such as `https://t100.example.com`. */
  readonly baseUrl: string;
  /** The user of the upgrade request's Authorization header. Each handshake checks the password again. */
  readonly identity?: SubscriberIdentity;
  /** The client ID of its session, after the handshake. */
  readonly clientId?: string;
}

/** A user who subscribes, with a text that stands for the password (`credentialsOf`). */
export interface SubscriberIdentity {
  readonly tenant: string;
  readonly user: string;
  readonly kind: 'human' | 'device';
  readonly credentials: string;
}

export async function putWebSocket(registry: Table, record: WebSocketRecord, until: number): Promise<void> {
  await registry.put({ ...webSocketKey(record.connectionId), ...record, ttl: ttlOf(until) });
}

export async function getWebSocket(registry: Table, connectionId: string): Promise<WebSocketRecord | undefined> {
  const item = await registry.get(webSocketKey(connectionId));
  if (item === undefined) return undefined;
  const { baseUrl, identity, clientId } = item;
  return defined({ connectionId, baseUrl, identity, clientId });
}

/** Stores the session of a WebSocket, unless the WebSocket has ended. */
export async function bindWebSocket(registry: Table, connectionId: string, clientId: string): Promise<void> {
  await registry.update(
    webSocketKey(connectionId),
    { text: 'SET clientId = :clientId', values: { ':clientId': clientId } },
    { text: 'attribute_exists(pk)' },
  );
}

export async function deleteWebSocket(registry: Table, connectionId: string): Promise<void> {
  await registry.delete(webSocketKey(connectionId));
}
