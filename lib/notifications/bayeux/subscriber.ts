import type { Clock } from '../../base/clock';
import type { Listeners } from '../../changes/listeners';
import type { Principal } from '../../platform/access/credentials';
import { getUser } from '../../platform/access/items';
import type { Table } from '../../storage/table';
import { credentialsOf } from '../items/session-items';
import type { SubscriberIdentity } from '../items/web-socket-items';

/** Checks an Authorization header; the host tells the tenant of a user name without one. Undefined when it is wrong. */
export type Authenticate = (authorization: string, host: string) => Promise<Principal | undefined>;

/** How messages reach a WebSocket. */
export interface WebSockets {
  /** `gone`: nobody is there any more. Throws when it cannot be said. */
  post(connectionId: string, text: string): Promise<'sent' | 'gone'>;
  /** Ends it; one that has gone already is no fault. */
  close(connectionId: string): Promise<void>;
}

export interface RealtimeDeps {
  readonly registry: Table;
  readonly clock: Clock;
  readonly authenticate: Authenticate;
  readonly listeners: Pick<Listeners, 'notifyUntil'>;
  readonly webSockets: WebSockets;
}

/** Who an Authorization header is from, if they may hear of anything: people need a role, devices hear of their own. */
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

/** Whether the password an identity was proved with is still the user's. */
export async function isPasswordCurrent(
  registry: Table,
  { tenant, user, credentials }: Pick<SubscriberIdentity, 'tenant' | 'user' | 'credentials'>,
): Promise<boolean> {
  const record = await getUser(registry, tenant, user);
  return record !== undefined && credentialsOf(record) === credentials;
}
