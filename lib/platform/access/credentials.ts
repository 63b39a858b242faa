import { createHmac } from 'node:crypto';
import { Lru } from '../../base/lru';
import { fail, ok, type Result } from '../../base/result';
import type { RegistryDeps } from '../call';
import { notFound, type Refusal } from '../refusal';
import { deleteUser, getUser, insertUser, replaceSecret, type UserRecord } from './items';
import { hashSecret, isSecret, SALT_BYTES } from './secrets';

export const ROLES = ['admin', 'deviceManager', 'reader'] as const;
/**
 * What a person may do (docs/rest.md#who-may-do-what): `admin` everything in its tenant, `deviceManager` everything about
 * devices and their data, `reader` look. A device user has no role, and may use what it owns.
 */
export type Role = (typeof ROLES)[number];

/** Who makes a connection or a request. */
export interface Principal {
  readonly tenant: string;
  readonly user: string;
  readonly kind: 'human' | 'device';
  readonly roles: readonly Role[];
}

/** Whether a user may change devices: then it may also connect as one. A device user may, within its own devices. */
export const mayChangeDevices = ({ kind, roles }: Pick<Principal, 'kind' | 'roles'>): boolean =>
  kind === 'device' || roles.includes('admin') || roles.includes('deviceManager');

/** A user without its secret. */
export interface User {
  readonly userName: string;
  readonly kind: 'human' | 'device';
  readonly roles: readonly Role[];
}

export interface NewUser extends User {
  readonly password: string;
}

/** Why credentials are refused. `malformed`: the names cannot exist, so nothing was read. */
export type CredentialsError = 'badCredentials' | 'malformed';

/** Gives the key under which verified passwords are remembered. It is asked for once per instance. */
export type HashKey = () => Promise<Uint8Array>;

/** Prefix of the user names of registered devices (docs/reference/mqtt-implementation.md#device-users). */
export const DEVICE_USER_PREFIX = 'device_';

const TENANT = /^[A-Za-z0-9._-]{1,64}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it keeps out
const USER = /^[^\x00-\x20\x7f/:]{1,128}$/;
const MAX_PASSWORD_BYTES = 512;
const MIN_PASSWORD_LENGTH = 6;
const REMEMBERED = { capacity: 10_000, ttlMs: 60_000 } as const;
/** Used for a user that does not exist. So its check takes as long as that of a wrong password. */
const NOBODY = { salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array(0) } as const;

/** Users and their passwords (docs/data-model.md#tenants-users-claims). */
export class Credentials {
  private readonly verified: Lru<Principal>;
  private key: Promise<Uint8Array> | undefined;

  constructor(
    private readonly deps: RegistryDeps,
    private readonly hashKey: HashKey,
  ) {
    this.verified = new Lru(deps.clock, REMEMBERED);
  }

  /** Refused when the name or the password is not allowed, or the user exists. */
  async createUser(tenant: string, user: NewUser): Promise<Result<User, Refusal>> {
    const { userName, password, kind, roles } = user;
    if (!TENANT.test(tenant) || !USER.test(userName)) {
      return fail({ kind: 'invalid', reason: 'userName', subject: 'user', name: userName });
    }
    if (!isPassword(password)) return fail(WRONG_LENGTH);
    const inserted = await insertUser(this.deps.registry, tenant, {
      userName,
      kind,
      roles,
      ...(await this.secret(kind, password)),
    });
    if (inserted.ok) return ok({ userName, kind, roles });
    return fail({ kind: 'exists', reason: 'taken', subject: 'user', id: userName });
  }

  /** One read; undefined when there is no such user. */
  async user(tenant: string, userName: string): Promise<User | undefined> {
    const found = await getUser(this.deps.registry, tenant, userName);
    return found && { userName, kind: found.kind, roles: rolesOf(found) };
  }

  /** Replaces a password. An instance that verified the old one may accept it for one more minute. */
  async setPassword(tenant: string, userName: string, password: string): Promise<Result<void, Refusal>> {
    if (!isPassword(password)) return fail(WRONG_LENGTH);
    const found = await getUser(this.deps.registry, tenant, userName);
    const secret = found && (await this.secret(found.kind, password));
    const replaced = secret && (await replaceSecret(this.deps.registry, tenant, userName, secret));
    if (replaced?.ok) return ok(undefined);
    return fail(notFound('user', userName));
  }

  /**
   * Deletes a user. Refused when there is none. An instance that verified the password may accept it for one more
   * minute.
   */
  async deleteUser(tenant: string, userName: string): Promise<Result<void, Refusal>> {
    const known = TENANT.test(tenant) && USER.test(userName);
    if (known && (await deleteUser(this.deps.registry, tenant, userName))) return ok(undefined);
    return fail(notFound('user', userName));
  }

  /**
   * Who has this name and password. A pair that was verified within the last minute costs one HMAC. Any other costs one
   * read and one hash of the user's kind, also when the user does not exist.
   */
  async verify(tenant: string, userName: string, password: string): Promise<Result<Principal, CredentialsError>> {
    if (!TENANT.test(tenant) || !USER.test(userName) || Buffer.byteLength(password) > MAX_PASSWORD_BYTES) {
      return fail('malformed');
    }
    const name = await this.nameOf(tenant, userName, password);
    const known = this.verified.get(name);
    if (known !== undefined) return ok(known);
    const found = await getUser(this.deps.registry, tenant, userName);
    const kind = userName.startsWith(DEVICE_USER_PREFIX) ? 'device' : 'human';
    const right = await isSecret(found ?? { ...NOBODY, kind }, password);
    if (found === undefined || !right) return fail('badCredentials');
    const principal: Principal = { tenant, user: userName, kind: found.kind, roles: rolesOf(found) };
    this.verified.set(name, principal);
    return ok(principal);
  }

  private async secret(kind: User['kind'], password: string) {
    const salt = this.deps.clock.randomBytes(SALT_BYTES);
    return { salt, hash: await hashSecret(kind, password, salt) };
  }

  /** The name under which a verified pair is remembered. The password cannot be found from it. */
  private async nameOf(tenant: string, userName: string, password: string): Promise<string> {
    this.key ??= this.hashKey();
    const key = await this.key.catch((error: unknown) => {
      // the next call asks again
      this.key = undefined;
      throw error;
    });
    return createHmac('sha256', key)
      .update(JSON.stringify([tenant, userName, password]))
      .digest('base64');
  }
}

const rolesOf = ({ roles }: UserRecord): Role[] => ROLES.filter((role) => roles.includes(role));
const isPassword = (text: string): boolean =>
  text.length >= MIN_PASSWORD_LENGTH && Buffer.byteLength(text) <= MAX_PASSWORD_BYTES;
const WRONG_LENGTH: Refusal = {
  kind: 'invalid',
  reason: 'passwordLength',
  subject: 'user',
  minCharacters: MIN_PASSWORD_LENGTH,
  maxBytes: MAX_PASSWORD_BYTES,
};
