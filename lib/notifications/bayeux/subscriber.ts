import type { Clock } from '../../base/clock';
import type { Listeners } from '../../changes/listeners';
import type { Acting } from '../../platform/access/acting';
import type { Principal } from '../../platform/access/credentials';
import { getUser } from '../../platform/access/items';
import type { Table } from '../../storage/table';
import { credentialsOf } from '../items/session-items';
import type { SubscriberIdentity } from '../items/web-socket-items';

/** Checks an Authorization header; undefined when it is wrong. A user name without a tenant gets that of the host. */
export type Authenticate = (authorization: string, host: string) => Promise<Principal | undefined>;

/** Sends texts to WebSockets. */
export interface WebSockets {
  /** Sends a text; `gone` when the connection has ended. Throws when the text could not be sent for another reason. */
  post(connectionId: string, text: string): Promise<'sent' | 'gone'>;
  /** Ends a connection. Does nothing when it has ended already. */
  close(connectionId: string): Promise<void>;
}

/** What real-time notifications work with. */
export interface RealtimeDeps {
  readonly registry: Table;
  readonly clock: Clock;
  readonly authenticate: Authenticate;
  readonly listeners: Pick<Listeners, 'notifyUntil'>;
  readonly acting: Pick<Acting, 'mayActOn'>;
  readonly webSockets: WebSockets;
}

/**
 * The user of an Authorization header. Undefined when the header is wrong, or when the user may not subscribe to
 * anything (a person without a role).
 */
export async function identify(
  deps: Pick<RealtimeDeps, 'registry' | 'authenticate'>,
  authorization: string,
  host: string,
): Promise<SubscriberIdentity | undefined> {
  const principal = await deps.authenticate(authorization, host);
  if (principal === undefined) return undefined;
  const { tenant, user, kind, roles } = principal;
  if (kind === 'human' && roles.length === 0) return undefined;
  const record = await getUser(deps.registry, tenant, user);
  return record && { tenant, user, kind, credentials: credentialsOf(record) };
}

/** Whether the user still has the password that the identity was checked with. One read. */
export async function isPasswordCurrent(
  registry: Table,
  { tenant, user, credentials }: Pick<SubscriberIdentity, 'tenant' | 'user' | 'credentials'>,
): Promise<boolean> {
  const record = await getUser(registry, tenant, user);
  return record !== undefined && credentialsOf(record) === credentials;
}
