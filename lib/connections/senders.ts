import type { Claim, Claims } from './claims';
import { parseClientId } from './client-id';

/** Whose client ID a message came from; undefined for one that belongs to nobody. */
export type SenderLookup = (clientId: string) => Promise<Claim | undefined>;

/**
 * Finds the owner of a client ID by its claim, which the authorizer wrote. An emulator's broker asks no authorizer: with a
 * default tenant, a well-formed client ID without claim becomes that of a device of this tenant, and is claimed, so that
 * every later look-up says the same.
 */
export function senderLookup(claims: Claims, defaultTenant?: string): SenderLookup {
  if (defaultTenant === undefined) return (clientId) => claims.lookup(clientId);
  return async (clientId) => (await claims.lookup(clientId)) ?? (await adopt(claims, defaultTenant, clientId));
}

async function adopt(claims: Claims, tenant: string, clientId: string): Promise<Claim | undefined> {
  const parsed = parseClientId(clientId);
  if (!parsed.ok) return undefined;
  const { serial } = parsed.value;
  const adopted = await claims.claim(clientId, { tenant, user: `device_${serial}`, serial, kind: 'device' });
  // claimed by somebody in between: theirs it is
  return adopted.ok ? adopted.value : claims.lookup(clientId);
}
