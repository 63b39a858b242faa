import * as z from 'zod/mini';
import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { SERIAL } from '../../platform/inventory/identity';
import type { ExternalId } from '../../platform/model';
import type { Refusal } from '../../platform/refusal';
import { requireIdentifier, requireUsable, usableObject } from '../access';
import { objectBody, parseMembers } from '../body';
import { noContent, type PlatformRequest, type RequestContext, type RouteAnswer } from '../request';
import { type Route, route } from '../router';
import { externalIdsUrl, externalIdUrl, objectUrl } from '../views/links';

/**
 * External ids (docs/reference/rest-api.md#external-ids): other names of a managed object, unique within their type.
 */
export const identityRoutes: readonly Route[] = [
  route('GET', '/identity/globalIds/:id/externalIds', 'device', list),
  route('POST', '/identity/globalIds/:id/externalIds', 'device', bind),
  route('GET', '/identity/externalIds/:type/:externalId+', 'device', find),
  route('DELETE', '/identity/externalIds/:type/:externalId+', 'device', unbind),
];

const name = z.string('must be a text').check(z.minLength(1, 'must not be empty'));
const newExternalId = z.object({ type: name, externalId: name });

async function list(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const object = await usableObject(context, param('id'));
  if (!object.ok) return object;
  const externalIds = await platform.identity.list(call.origin.tenant, object.value.id);
  return ok({
    status: 200,
    bodyType: 'externalIdCollection',
    body: {
      externalIds: externalIds.map((externalId) => shown(request, externalId)),
      self: externalIdsUrl(request, object.value.id),
    },
  });
}

async function bind(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const body = objectBody(request.body, 'externalId');
  if (!body.ok) return body;
  const given = parseMembers(newExternalId, body.value, 'externalId');
  if (!given.ok) return given;
  const object = await usableObject(context, param('id'));
  if (!object.ok) return object;
  const { type, externalId } = given.value;
  const kept = type === SERIAL ? await requireIdentifier(context, externalId) : ok(undefined);
  if (!kept.ok) return kept;
  const bound = await platform.identity.bind(call, object.value.id, type, externalId);
  if (!bound.ok) return bound;
  return ok({
    status: 201,
    bodyType: 'externalId',
    body: shown(request, bound.value),
    location: externalIdUrl(request, bound.value.type, bound.value.externalId),
  });
}

async function find(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const found = await usableExternalId(context, param('type'), param('externalId'));
  if (!found.ok) return found;
  return ok({ status: 200, bodyType: 'externalId', body: shown(context.request, found.value) });
}

async function unbind(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const found = await usableExternalId(context, param('type'), param('externalId'));
  if (!found.ok) return found;
  const { type, externalId } = found.value;
  const done = await context.platform.identity.unbind(context.call, type, externalId);
  return noContent(done);
}

async function usableExternalId(
  context: RequestContext,
  type: string,
  externalId: string,
): Promise<Result<ExternalId, Refusal>> {
  const found = await context.platform.identity.find(context.call.origin.tenant, type, externalId);
  if (found === undefined) {
    return fail({ kind: 'notFound', reason: 'unknownExternalId', subject: 'externalId', type, externalId });
  }
  const usable = await requireUsable(context, found.managedObjectId);
  return usable.ok ? ok(found) : usable;
}

function shown(request: PlatformRequest, { type, externalId, managedObjectId }: ExternalId): JsonObject {
  return {
    externalId,
    type,
    managedObject: { id: managedObjectId, self: objectUrl(request, managedObjectId) },
    self: externalIdUrl(request, type, externalId),
  };
}
