import { ok, type Result } from '../../base/result';
import { userKey } from '../../storage/keys';
import type { ConditionFailed, Table } from '../../storage/table';

/** A user and the salted hash of its secret. */
export interface UserRecord {
  readonly userName: string;
  readonly kind: 'human' | 'device';
  readonly roles: readonly string[];
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** Stores a new user. Fails when there is one of that name. */
export async function insertUser(
  registry: Table,
  tenant: string,
  { userName, kind, roles, salt, hash }: UserRecord,
): Promise<Result<void, ConditionFailed>> {
  const item = { ...userKey(tenant, userName), userName, kind, roles: [...roles], salt, hash };
  return registry.create(item);
}

/** One strongly consistent read. */
export async function getUser(registry: Table, tenant: string, userName: string): Promise<UserRecord | undefined> {
  const item = await registry.get(userKey(tenant, userName));
  if (item === undefined) return undefined;
  return { userName, kind: item.kind, roles: item.roles, salt: item.salt, hash: item.hash };
}

/** Replaces the secret of a user. Fails when there is no such user. */
export async function replaceSecret(
  registry: Table,
  tenant: string,
  userName: string,
  { salt, hash }: Pick<UserRecord, 'salt' | 'hash'>,
): Promise<Result<void, ConditionFailed>> {
  const done = await registry.update(
    userKey(tenant, userName),
    { text: 'SET salt = :salt, #hash = :hash', names: { '#hash': 'hash' }, values: { ':salt': salt, ':hash': hash } },
    { text: 'attribute_exists(pk)' },
  );
  return done.ok ? ok(undefined) : done;
}

/** Deletes a user; false when there is none. */
export async function deleteUser(registry: Table, tenant: string, userName: string): Promise<boolean> {
  return (await registry.delete(userKey(tenant, userName), { text: 'attribute_exists(pk)' })).ok;
}
