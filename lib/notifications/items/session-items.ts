import { createHash } from 'node:crypto';
import { defined } from '../../base/defined';
import type { UserRecord } from '../../platform/access/items';
import { sessionKey } from '../../storage/keys';
import type { Item, Table } from '../../storage/table';

/** A client of real-time notifications, from its handshake on. Times in ms since the epoch. */
export interface Session {
  readonly clientId: string;
  readonly tenant: string;
  readonly user: string;
  readonly userKind: 'human' | 'device';
  /** Of the password the client shook hands with. */
  readonly credentials: string;
  /** What links in its notifications start with. */
  readonly baseUrl: string;
  /** The WebSocket it is reached on; without one its messages wait for the next poll. */
  readonly connectionId?: string;
  /** Without a connect until then it has gone. */
  readonly aliveUntil: number;
  /** When it connected last; 0 before the first time. */
  readonly connectedAt: number;
  /** Which of its polls is the latest: an earlier one gives up. */
  readonly poll?: string;
  /** How long its subscriptions are written for, and the tenant's lease. */
  readonly subscribedUntil: number;
  readonly leasedUntil: number;
  /** Why the platform ended it; its client is told when it asks, and not to come back. */
  readonly closed?: string;
}

const SECOND_MS = 1000;
/** DynamoDB deletes by itself within days of this; readers check the time. */
export const ttlOf = (until: number): number => Math.ceil(until / SECOND_MS);

/** Stands for a user's password without telling it: another password, another text. */
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

/** What a connect changes of a session. */
export interface SessionChange extends Partial<Omit<Session, 'clientId' | 'tenant' | 'connectionId'>> {
  /** `null`: it has no WebSocket any more. */
  readonly connectionId?: string | null;
}

/**
 * Changes a session that is there; undefined when it is not, or when it is not on the WebSocket `onlyOn`.
 * Returns it as it is now.
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
  return done.ok ? sessionOf(done.value) : undefined;
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
