import { fail, ok, type Result } from '../base/result';
import { SERIAL } from '../platform/inventory/identity';
import type { ManagedObject } from '../platform/model';
import { notFound, type Refusal } from '../platform/refusal';
import type { RequestContext } from './request';
import type { Access } from './router';

export const FORBIDDEN: Refusal = { kind: 'forbidden', reason: 'denied' };

/**
 * Whether a user may call a route at all. Administrators may call every route, device managers all but theirs, and readers
 * every GET. Device users may call the routes that are open to them; there the handler asks whether they may act on the object.
 */
export function mayCall({ principal, request }: RequestContext, access: Access): boolean {
  if (access === 'anyone') return true;
  if (principal.kind === 'device') return access === 'device';
  if (request.method === 'GET' && principal.roles.length > 0) return true;
  return principal.roles.includes('admin') || (access !== 'admin' && principal.roles.includes('deviceManager'));
}

/** The owner whose objects are the only ones in this user's lists; undefined when they have all of the tenant. */
export const visibleOwner = ({ principal }: RequestContext): string | undefined =>
  principal.kind === 'device' ? principal.user : undefined;

/** Reads an object for a user: 404 when there is none, 403 when the user may not act on it. */
export async function usableObject(context: RequestContext, id: string): Promise<Result<ManagedObject, Refusal>> {
  const { platform, call, principal } = context;
  const found = await platform.inventory.get(call.origin.tenant, id);
  if (found === undefined) return fail(notFound('managedObject', id));
  const allowed = await platform.acting.mayActOn(call.origin.tenant, principal, found);
  return allowed ? ok(found) : fail(FORBIDDEN);
}

/**
 * Checks that a user may act on an object. Unlike `usableObject` it costs no read for people, nor for a device user whose
 * right is remembered, and then does not check that the object exists.
 */
export async function requireUsable(context: RequestContext, id: string): Promise<Result<void, Refusal>> {
  const { platform, call, principal } = context;
  if (await platform.acting.mayActOn(call.origin.tenant, principal, { id })) return ok(undefined);
  const object = await usableObject(context, id);
  return object.ok ? ok(undefined) : object;
}

/**
 * Keeps a device identifier for the device user that is about to give it to an object
 * (docs/security.md#who-may-give-which-device-identifier). Refused when another device user has it. Nothing is kept for a
 * person, nor when the identifier is taken: then it cannot be given anyway. Costs a read and a claim.
 */
export async function requireIdentifier(context: RequestContext, serial: string): Promise<Result<void, Refusal>> {
  const { platform, call, principal } = context;
  const { tenant } = call.origin;
  if (principal.kind === 'human') return ok(undefined);
  if ((await platform.identity.find(tenant, SERIAL, serial)) !== undefined) return ok(undefined);
  return platform.identifiers.bind(principal, serial);
}

type Named = { readonly subject: 'measurement' | 'event' | 'alarm' | 'operation'; readonly id: string };

/** Checks what was found under an id: 404 when nothing was, 403 when the user may not act on the device it is about. */
export async function requireFound<T>(
  context: RequestContext,
  named: Named,
  found: T | undefined,
  deviceOf: (found: T) => string,
): Promise<Result<T, Refusal>> {
  if (found === undefined) return fail(notFound(named.subject, named.id));
  const usable = await requireUsable(context, deviceOf(found));
  return usable.ok ? ok(found) : usable;
}

/**
 * Checks the source of a list. A device user has to name an object that it may act on; other users may leave the source out.
 */
export async function requireUsableSource(
  context: RequestContext,
  source: string | undefined,
): Promise<Result<void, Refusal>> {
  if (source !== undefined) return requireUsable(context, source);
  return visibleOwner(context) === undefined ? ok(undefined) : fail(FORBIDDEN);
}

/**
 * The source of something new. It has to exist in every mode
 * (docs/reference/rest-api.md#the-source-must-exist-in-every-mode); without it the body is
 * invalid (422). New data of a device is a sign of its life (docs/reference/mqtt-implementation.md#signs-of-life).
 */
export async function usableNewSource(
  context: RequestContext,
  id: string,
  subject: 'measurement' | 'event' | 'alarm',
): Promise<Result<ManagedObject, Refusal>> {
  const source = await usableObject(context, id);
  if (source.ok) await context.platform.availability.recordSignOfLifeOf(context.call, source.value);
  if (source.ok || source.error.kind !== 'notFound') return source;
  return fail({ kind: 'invalid', reason: 'unknownSource', subject, id });
}
