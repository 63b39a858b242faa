import { fail, ok, type Result } from '../base/result';
import type { ManagedObject } from '../platform/model';
import { notFound, type Refusal } from '../platform/refusal';
import type { RequestContext } from './request';
import type { Access } from './router';

export const FORBIDDEN: Refusal = { kind: 'forbidden', reason: 'denied' };

/**
 * Whether a user may call a route at all. Administrators may call every route, device managers all but theirs, and readers
 * every GET. Device users may call the routes that are open to them; there the handler checks that the object is theirs.
 */
export function mayCall({ principal, request }: RequestContext, access: Access): boolean {
  if (access === 'anyone') return true;
  if (principal.kind === 'device') return access === 'device';
  if (request.method === 'GET' && principal.roles.length > 0) return true;
  return principal.roles.includes('admin') || (access !== 'admin' && principal.roles.includes('deviceManager'));
}

/** The owner whose objects are the only ones this user may see; undefined when the user may see all of the tenant. */
export const visibleOwner = ({ principal }: RequestContext): string | undefined =>
  principal.kind === 'device' ? principal.user : undefined;

/** Reads an object for a user: 404 when there is none, 403 when a device user does not own it. */
export async function usableObject(context: RequestContext, id: string): Promise<Result<ManagedObject, Refusal>> {
  const found = await context.platform.inventory.get(context.call.origin.tenant, id);
  if (found === undefined) return fail(notFound('managedObject', id));
  const owner = visibleOwner(context);
  return owner === undefined || found.owner === owner ? ok(found) : fail(FORBIDDEN);
}

/**
 * Checks that a user may use an object. Unlike `usableObject` it costs no read for administrators and readers, and for
 * them does not check that the object exists.
 */
export async function requireUsable(context: RequestContext, id: string): Promise<Result<void, Refusal>> {
  if (visibleOwner(context) === undefined) return ok(undefined);
  const object = await usableObject(context, id);
  return object.ok ? ok(undefined) : object;
}

type Named = { readonly subject: 'measurement' | 'event' | 'alarm' | 'operation'; readonly id: string };

/**
 * Checks what was found under an id: 404 when nothing was, 403 when a device user does not own the device it is about.
 */
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
 * Checks the source of a list. A device user has to name an object of its own; other users may leave the source out.
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
