import { createHash } from 'node:crypto';
import { defined } from '../../base/defined';
import type { UserRecord } from '../../platform/access/items';
import { sessionKey } from '../../storage/keys';
import type { Item, Table } from '../../storage/table';

/** The session of a client of real-time notifications. It begins with the handshake. Times are ms since the epoch. */
export interface Session {
  readonly clientId: string;
  readonly tenant: string;
  readonly user: string;
  readonly userKind: 'human' | 'device';
  /** Stands for the password of the handshake, see `credentialsOf`. */
  readonly credentials: string;
  /** The start of links in its notifications. */
  readonly baseUrl: string;
  /** The WebSocket of the client. Without one, messages wait for the next poll. */
  readonly connectionId?: string;
  /** The session expires at this time, unless the client connects before. */
  readonly aliveUntil: number;
  /** The time of the last connect; 0 when there was none. */
  readonly connectedAt: number;
  /** The id of the latest poll. Earlier polls end when they see another id here. */
  readonly poll?: string;
  /** The time its subscriptions end, unless they are renewed. */
  readonly subscribedUntil: number;
  /** Until this time the session has recorded that the tenant has a listener. */
  readonly leasedUntil: number;
  /** Why the platform has closed the session. The client is told with its next message. */
  readonly closed?: string;
}

const SECOND_MS = 1000;
/**
 * The TTL attribute, seconds since the epoch. DynamoDB deletes the item within days after it; readers check the time.
 */
export const ttlOf = (until: number): number => Math.ceil(until / SECOND_MS);

/** A text that stands for a user's password. It changes with the password and does not reveal it. */
export const credentialsOf = ({ salt, hash }: Pick<UserRecord, 'salt' | 'hash'>): string =>
  createHash('sha256').update(salt).update(hash).digest('base64url').slice(0, 16);

export async function putSession(registry: Table, session: Session): Promise<void> {
  await registry.put({ ...sessionKey(session.clientId), ...session, ttl: ttlOf(session.aliveUntil) });
}

/** The session as it stands, expired or not. */
export async function getSession(registry: Table, clientId: string): Promise<Session | undefined> {
  const item = await registry.get(sessionKey(clientId));
  return item && sessionOf(item);
}

export async function getSessions(registry: Table, clientIds: readonly string[]): Promise<Session[]> {
  return (await registry.batchGet(clientIds.map(sessionKey))).map(sessionOf);
}

/** Members of a session that change. */
export interface SessionChange extends Partial<Omit<Session, 'clientId' | 'tenant' | 'connectionId'>> {
  /** `null` removes the WebSocket. */
  readonly connectionId?: string | null;
}

/**
 * Changes a session and returns its new state. Undefined when the session does not exist, or when `onlyOn` is given and
 * the client uses another WebSocket.
 */
export async function changeSession(
  registry: Table,
  clientId: string,
  { connectionId, ...members }: SessionChange,
  onlyOn?: string,
): Promise<Session | undefined> {
  const set = Object.entries(
    defined({
      ...members,
      connectionId: connectionId ?? undefined,
      ttl: members.aliveUntil === undefined ? undefined : ttlOf(members.aliveUntil),
    }),
  );
  const names = Object.fromEntries(set.map(([name]) => [`#${name}`, name]));
  const values = Object.fromEntries(set.map(([name, value]) => [`:${name}`, value]));
  const text = `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`;
  const done = await registry.update(
    sessionKey(clientId),
    { text: connectionId === null ? `${text} REMOVE connectionId` : text, names, values },
    onlyOn === undefined
      ? { text: 'attribute_exists(pk)' }
      : { text: 'connectionId = :onlyOn', values: { ':onlyOn': onlyOn } },
    'ALL_NEW',
  );
  if (done.ok) return sessionOf(done.value);
  if (connectionId !== null || !done.error.maybeOwn) return undefined;
  // an earlier try may have removed the WebSocket, and then its condition fails
  const session = await getSession(registry, clientId);
  return session?.connectionId === undefined ? session : undefined;
}

export function sessionOf(item: Item): Session {
  const { clientId, tenant, user, userKind, credentials, baseUrl, connectionId, poll, closed } = item;
  return defined({
    clientId,
    tenant,
    user,
    userKind,
    credentials,
    baseUrl,
    connectionId,
    poll,
    closed,
    aliveUntil: Number(item.aliveUntil),
    connectedAt: Number(item.connectedAt),
    subscribedUntil: Number(item.subscribedUntil),
    leasedUntil: Number(item.leasedUntil),
  });
}
