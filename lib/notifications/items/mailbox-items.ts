import { defined } from '../../base/defined';
import { between, withPrefix } from '../../storage/key-conditions';
import { mailKey, sessionPartition } from '../../storage/keys';
import { collect } from '../../storage/pages';
import type { Key, Table } from '../../storage/table';
import { type Session, sessionOf, ttlOf } from './session-items';

/** Notifications that wait until the client of a session fetches them. */
export interface Mail {
  readonly clientId: string;
  /** Unique in the session; mail is read in the order of these texts. */
  readonly order: string;
  /** JSON text of an array of messages. */
  readonly messages: string;
  /** When it may be deleted, ms since the epoch. */
  readonly until: number;
}

/** A session and its oldest mail. */
export interface Mailbox {
  readonly session?: Session;
  readonly mail: readonly Pick<Mail, 'order' | 'messages'>[];
}

const MAIL = 'MAIL#';
const SESSION = 'SESSION';

export async function putMail(registry: Table, mail: readonly Mail[]): Promise<void> {
  await registry.batchWrite(
    mail.map(({ clientId, order, messages, until }) => ({
      ...mailKey(clientId, order),
      messages,
      ttl: ttlOf(until),
    })),
  );
}

/**
 * Reads a session and at most `limit` of its mail with one consistent query. The key of the session follows those of
 * the mail, so the session is missing when there is more mail than `limit`.
 */
export async function openMailbox(registry: Table, clientId: string, limit: number): Promise<Mailbox> {
  const page = await registry.query({
    where: between(sessionPartition(clientId), MAIL, SESSION),
    limit: limit + 1,
  });
  const mail = page.items
    .filter(({ sk }) => String(sk).startsWith(MAIL))
    .slice(0, limit)
    .map(({ sk, messages }) => ({ order: String(sk).slice(MAIL.length), messages: String(messages) }));
  const session = page.items.find(({ sk }) => sk === SESSION);
  return defined({ mail, session: session && sessionOf(session) });
}

export async function deleteMail(
  registry: Table,
  clientId: string,
  mail: readonly Pick<Mail, 'order'>[],
): Promise<void> {
  await registry.batchWrite(
    [],
    mail.map(({ order }) => mailKey(clientId, order)),
  );
}

/** The keys of everything that waits for a session. */
export async function mailKeys(registry: Table, clientId: string): Promise<readonly Key[]> {
  const items = await collect(registry.queryAll({ where: withPrefix(sessionPartition(clientId), MAIL) }));
  return items.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
}
