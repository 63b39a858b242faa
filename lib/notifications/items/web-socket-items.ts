import { defined } from '../../base/defined';
import { webSocketKey } from '../../storage/keys';
import type { Table } from '../../storage/table';
import { ttlOf } from './session-items';

/** A WebSocket from its upgrade request on: only that has headers. */
export interface WebSocketRecord {
  readonly connectionId: string;
  /** What the client calls this platform: `https://t100.example.com`. */
  readonly baseUrl: string;
  /** The Authorization header's, where the upgrade request had one: checked with each handshake. */
  readonly identity?: SubscriberIdentity;
  /** The session on it, once it has shaken hands. */
  readonly clientId?: string;
}

/** Who subscribes, and with which password. */
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

/** Notes the session of a WebSocket that is still there. */
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
