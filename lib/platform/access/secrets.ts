import { createHash, scrypt, timingSafeEqual } from 'node:crypto';
import type { UserRecord } from './items';

/**
 * How a secret is kept. A device's secret is generated and long, so a salted SHA-256 is safe. A person's password can
 * be guessed, so a guess must be expensive: scrypt with N = 2^14, r = 8 and p = 1 takes 16 MiB and about 40 ms.
 */
const SCRYPT = { N: 2 ** 14, r: 8, p: 1 } as const;
const HASH_BYTES = 32;
export const SALT_BYTES = 16;

/** The hash of a password, 32 bytes. */
export function hashSecret(kind: UserRecord['kind'], password: string, salt: Uint8Array): Promise<Uint8Array> {
  if (kind === 'device') return Promise.resolve(createHash('sha256').update(salt).update(password).digest());
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, SCRYPT, (error, hash) => (error === null ? resolve(hash) : reject(error)));
  });
}

/** Whether this is the user's password. The hashes are compared in constant time. */
export async function isSecret(user: Pick<UserRecord, 'kind' | 'salt' | 'hash'>, password: string): Promise<boolean> {
  const hash = await hashSecret(user.kind, password, user.salt);
  return hash.length === user.hash.length && timingSafeEqual(hash, user.hash);
}
