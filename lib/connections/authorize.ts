import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type Clock, randomBelow } from '../base/clock';
import { fail, ok, type Result } from '../base/result';
import type { Principal } from '../platform/access/credentials';
import { type ClientId, type ClientIdError, parseClientId } from './client-id';
import type { DeviceDenial } from './device-identifiers';
import { type ConnectionTopics, connectionPolicy } from './policy';

/**
 * What AWS IoT asks the custom authorizer (docs/reference/aws-platform.md#what-the-authorizer-is-asked). The event has
 * more members; these are the ones that are read.
 */
const authorizerEvent = z.object({
  protocolData: z.object({
    mqtt: z.optional(
      z.object({
        username: z.optional(z.string()),
        /** Base64 of the bytes the device sent. */
        password: z.optional(z.string()),
        clientId: z.optional(z.string()),
      }),
    ),
  }),
});

/** What AWS IoT takes as an answer (docs/reference/aws-platform.md#what-the-authorizer-answers). */
export interface AuthorizerResult {
  readonly isAuthenticated: boolean;
  readonly principalId?: string;
  readonly policyDocuments?: readonly string[];
  readonly disconnectAfterInSeconds?: number;
  readonly refreshAfterInSeconds?: number;
}

/** Why a connection was refused. It is for the log: the device only sees a CONNACK code. */
export type ConnectRefusal =
  | 'malformedEvent'
  | 'noCredentials'
  | 'malformedUserName'
  | 'badCredentials'
  | DeviceDenial
  | `clientId.${ClientIdError}`;

export interface AuthorizeDeps {
  readonly clock: Clock;
  /** `arn:aws:iot:<region>:<account>:` */
  readonly policyArnPrefix: string;
  readonly topics: ConnectionTopics;
  verify(tenant: string, user: string, password: string): Promise<Result<Principal, unknown>>;
  /** Whether this user may be the device of the client ID. A person's hold of it lapses at `until`, ms since the epoch. */
  connect(principal: Principal, client: ClientId, until: number): Promise<Result<unknown, DeviceDenial>>;
}

/** The decision about one CONNECT; `result` is what AWS IoT gets to hear of it. */
export type Authorization =
  | {
      readonly allowed: true;
      readonly clientId: string;
      readonly user: Principal;
      readonly result: AuthorizerResult;
    }
  | { readonly allowed: false; readonly reason: ConnectRefusal; readonly result: AuthorizerResult };

const DAY_SECONDS = 86_400;
/**
 * A password connection lasts at most a day. Its end is drawn from the last four hours, so that not all end at once.
 */
const DISCONNECT_JITTER_SECONDS = 4 * 3_600;
const USER_NAME = /^[A-Za-z0-9._-]{1,64}\/[^/\s]{1,1000}$/;

/**
 * Decides about one CONNECT. The user name is `<tenant>/<user>`, with its password
 * (docs/reference/mqtt-implementation.md#user-name-and-password). The client ID has to be well formed, and the user has to
 * have the right to be its device. Malformed names are refused before anything is read.
 */
export async function authorizeConnection(event: unknown, deps: AuthorizeDeps): Promise<Authorization> {
  const asked = parseConnect(event);
  if (!asked.ok) return refused(asked.error);
  const { tenant, user, password, client } = asked.value;
  const verified = await deps.verify(tenant, user, password);
  if (!verified.ok) return refused('badCredentials');
  const disconnectAfterInSeconds = DAY_SECONDS - randomBelow(deps.clock, DISCONNECT_JITTER_SECONDS);
  // a person holds the identifier while the connection lasts and a day after
  const until = deps.clock.now() + (disconnectAfterInSeconds + DAY_SECONDS) * 1000;
  const connected = await deps.connect(verified.value, client, until);
  if (!connected.ok) return refused(connected.error);
  return {
    allowed: true,
    clientId: client.text,
    user: verified.value,
    result: {
      isAuthenticated: true,
      principalId: principalId(tenant, user),
      policyDocuments: connectionPolicy(deps.policyArnPrefix, client.text, deps.topics),
      disconnectAfterInSeconds,
      refreshAfterInSeconds: DAY_SECONDS,
    },
  };
}

interface Connect {
  readonly tenant: string;
  readonly user: string;
  readonly password: string;
  readonly client: ClientId;
}

function parseConnect(event: unknown): Result<Connect, ConnectRefusal> {
  const parsed = z.safeParse(authorizerEvent, event);
  if (!parsed.success) return fail('malformedEvent');
  const { username, password, clientId } = parsed.data.protocolData.mqtt ?? {};
  if (username === undefined || password === undefined) return fail('noCredentials');
  // AWS's device SDKs append `?SDK=…` to the user name (docs/reference/aws-platform.md#user-names-with-a-query-string)
  const name = username.split('?', 1)[0] ?? '';
  if (!USER_NAME.test(name)) return fail('malformedUserName');
  const id = parseClientId(clientId ?? '');
  if (!id.ok) return fail(`clientId.${id.error}` as const);
  const slash = name.indexOf('/');
  return ok({
    tenant: name.slice(0, slash),
    user: name.slice(slash + 1),
    password: Buffer.from(password, 'base64').toString('utf8'),
    client: id.value,
  });
}

/**
 * AWS takes letters and digits only. The name is hashed, because leaving out characters would give two users the same
 * principal.
 */
const principalId = (tenant: string, user: string): string =>
  createHash('sha256').update(`${tenant}/${user}`).digest('hex');

const refused = (reason: ConnectRefusal): Authorization => ({
  allowed: false,
  reason,
  result: { isAuthenticated: false },
});
