import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type Clock, randomBelow } from '../base/clock';
import { fail, ok, type Result } from '../base/result';
import { type ClientIdError, parseClientId } from './client-id';
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
  | 'claimedByOther'
  | `clientId.${ClientIdError}`;

/** The user whose name and password a connection came with. */
export interface ConnectingUser {
  readonly tenant: string;
  readonly user: string;
  readonly kind: 'human' | 'device';
}

export interface AuthorizeDeps {
  readonly clock: Clock;
  /** `arn:aws:iot:<region>:<account>:` */
  readonly policyArnPrefix: string;
  readonly topics: ConnectionTopics;
  verify(tenant: string, user: string, password: string): Promise<Result<{ kind: 'human' | 'device' }, unknown>>;
  claim(clientId: string, owner: ConnectingUser & { serial: string }): Promise<Result<unknown, unknown>>;
}

/** The decision about one CONNECT; `result` is what AWS IoT gets to hear of it. */
export type Authorization =
  | {
      readonly allowed: true;
      readonly clientId: string;
      readonly user: ConnectingUser;
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
 * (docs/reference/mqtt-implementation.md#user-name-and-password). The client ID has to be well formed, and free or this
 * device's own. Malformed names are refused before anything is read.
 */
export async function authorizeConnection(event: unknown, deps: AuthorizeDeps): Promise<Authorization> {
  const asked = parseConnect(event);
  if (!asked.ok) return refused(asked.error);
  const { tenant, user, password, clientId, serial } = asked.value;
  const verified = await deps.verify(tenant, user, password);
  if (!verified.ok) return refused('badCredentials');
  const connecting: ConnectingUser = { tenant, user, kind: verified.value.kind };
  const claimed = await deps.claim(clientId, { ...connecting, serial });
  if (!claimed.ok) return refused('claimedByOther');
  return {
    allowed: true,
    clientId,
    user: connecting,
    result: {
      isAuthenticated: true,
      principalId: principalId(tenant, user),
      policyDocuments: connectionPolicy(deps.policyArnPrefix, clientId, deps.topics),
      disconnectAfterInSeconds: DAY_SECONDS - randomBelow(deps.clock, DISCONNECT_JITTER_SECONDS),
      refreshAfterInSeconds: DAY_SECONDS,
    },
  };
}

interface Connect {
  readonly tenant: string;
  readonly user: string;
  readonly password: string;
  readonly clientId: string;
  readonly serial: string;
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
    clientId: id.value.text,
    serial: id.value.serial,
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
