import type { Connection } from '../connections/connection';

/** A message the broker publishes about a client (docs/reference/aws-platform.md#what-a-lifecycle-event-says). */
export interface LifecycleMessage {
  readonly topic: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Presence = 'connected' | 'disconnected' | 'connect_failed';

export function connectedMessage(connection: Connection, now: number): LifecycleMessage | undefined {
  const { sourceIp: ipAddress } = connection.transport;
  return presence(connection, now, 'connected', { ipAddress, versionNumber: connection.session?.version ?? 0 });
}

export function disconnectedMessage(connection: Connection, now: number): LifecycleMessage | undefined {
  const disconnectReason = connection.ended.reason;
  return presence(connection, now, 'disconnected', {
    clientInitiatedDisconnect: disconnectReason === 'CLIENT_INITIATED_DISCONNECT',
    disconnectReason,
    versionNumber: connection.session?.version ?? 0,
  });
}

/** AWS sends this message only for clients that were authenticated and lack a permission. */
export function connectFailedMessage(connection: Connection, now: number): LifecycleMessage | undefined {
  const { sourceIp: ipAddress } = connection.transport;
  return presence(connection, now, 'connect_failed', { ipAddress, reason: 'AUTHORIZATION_FAILED' });
}

export function subscriptionMessage(
  connection: Connection,
  now: number,
  eventType: 'subscribed' | 'unsubscribed',
  topics: readonly string[],
): LifecycleMessage | undefined {
  return lifecycle(`$aws/events/subscriptions/${eventType}`, connection, now, eventType, { topics });
}

function presence(connection: Connection, now: number, eventType: Presence, rest: LifecycleMessage['body']) {
  return lifecycle(`$aws/events/presence/${eventType}`, connection, now, eventType, rest);
}

/** A message about a client. Undefined for client IDs with a wildcard character, which have no lifecycle topic. */
function lifecycle(
  topic: string,
  connection: Connection,
  timestamp: number,
  eventType: string,
  rest: LifecycleMessage['body'],
): LifecycleMessage | undefined {
  const { clientId } = connection;
  if (/[+#]/.test(clientId)) return undefined;
  const { principalId: principalIdentifier } = connection.grant;
  const common = { clientId, timestamp, eventType, sessionIdentifier: connection.id, principalIdentifier };
  return { topic: `${topic}/${clientId}`, body: { ...common, ...rest } };
}
