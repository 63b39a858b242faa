import { defined } from '../../base/defined';
import { mailKey, sessionPartition } from '../../storage/keys';
import type { Key, Table } from '../../storage/table';
import { type Session, sessionOf, ttlOf } from './session-items';

/** What waits for a session to fetch it. */
export interface Mail {
  readonly clientId: string;
  /** Sorts it among the others: text, unique for the session. */
  readonly order: string;
  /** JSON text of an array of messages. */
  readonly messages: string;
  /** ms since the epoch. */
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

/** One consistent query; the session comes along because its key follows the mail's. */
export async function openMailbox(registry: Table, clientId: string, limit: number): Promise<Mailbox> {
  const page = await registry.query({
    where: {
      text: 'pk = :pk AND sk BETWEEN :first AND :last',
      values: { ':pk': sessionPartition(clientId), ':first': MAIL, ':last': SESSION },
    },
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
  const where = {
    text: 'pk = :pk AND begins_with(sk, :prefix)',
    values: { ':pk': sessionPartition(clientId), ':prefix': MAIL },
  };
  const keys: Key[] = [];
  for await (const { pk, sk } of registry.queryAll({ where })) keys.push({ pk: String(pk), sk: String(sk) });
  return keys;
}
