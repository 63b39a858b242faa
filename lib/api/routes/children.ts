import * as z from 'zod/mini';
import type { Json, JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { CHILD_KINDS } from '../../platform/inventory/link-items';
import type { ManagedObject } from '../../platform/model';
import type { Refusal } from '../../platform/refusal';
import type { ChildKind } from '../../storage/keys';
import { usableObject } from '../access';
import { objectBody, parseMembers, reference } from '../body';
import { pageAnswer, pageQueryOf } from '../query/page';
import { readQuery } from '../query/query';
import type { PlatformRequest, RequestContext, RouteAnswer } from '../request';
import { type Route, route } from '../router';
import { childrenUrl, childUrl, objectUrl } from '../views/links';
import { objectView } from '../views/views';
import { createObject } from './inventory';

/**
 * Children of a managed object (docs/reference/rest-api.md#children-of-a-managed-object). Child devices, assets and
 * additions have the same routes.
 */
export const childRoutes: readonly Route[] = CHILD_KINDS.flatMap((kind) => {
  const children = `/inventory/managedObjects/:id/${kind}`;
  return [
    route('GET', children, 'device', (context, param) => list(context, kind, param('id'))),
    route('POST', children, 'device', (context, param) => add(context, kind, param('id'))),
    route('DELETE', children, 'human', (context, param) => removeMany(context, kind, param('id'))),
    route('GET', `${children}/:child`, 'device', (context, param) => read(context, kind, param('id'), param('child'))),
    route('DELETE', `${children}/:child`, 'device', (context, param) =>
      remove(context, kind, param('id'), [param('child')]),
    ),
  ];
});

const oneReference = z.object({ managedObject: reference });
/** Each costs a few reads and writes, and a request has 30 seconds. */
const REFERENCES = 100;
const references = z.array(oneReference).check(z.maxLength(REFERENCES, `takes at most ${REFERENCES} references`));
const manyReferences = z.object({ references });

async function list(context: RequestContext, kind: ChildKind, parent: string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const page = readQuery(request.query, pageQueryOf);
  if (!page.ok) return page;
  const object = await usableObject(context, parent);
  if (!object.ok) return object;
  return pageAnswer(
    request,
    {
      key: 'references',
      bodyType: 'managedObjectReferenceCollection',
      view: (_, child: ManagedObject) => referenceView(request, kind, parent, child),
    },
    page.value,
    platform.inventory.children(call.origin.tenant, parent, kind),
  );
}

/**
 * Adds children. The body is a reference, a collection of references, or an object to create and attach. The media type
 * says which; without one, the shape of the body does.
 */
async function add(context: RequestContext, kind: ChildKind, parent: string): Promise<RouteAnswer> {
  const { request } = context;
  const body = objectBody(request.body, 'managedObject');
  if (!body.ok) return body;
  const object = await usableObject(context, parent);
  if (!object.ok) return object;
  switch (shapeOf(request, body.value)) {
    case 'reference': {
      const given = parseMembers(oneReference, body.value, 'managedObject');
      if (!given.ok) return given;
      const added = await attach(context, kind, parent, [given.value.managedObject.id]);
      if (!added.ok) return added;
      const [child] = added.value;
      return created(request, kind, parent, 'managedObjectReference', child ?? {});
    }
    case 'references': {
      const given = parseMembers(manyReferences, body.value, 'managedObject');
      if (!given.ok) return given;
      const ids = given.value.references.map((one) => one.managedObject.id);
      const added = await attach(context, kind, parent, ids);
      if (!added.ok) return added;
      return created(request, kind, parent, 'managedObjectReferenceCollection', { references: added.value });
    }
    case 'object': {
      const made = await createObject(context, body.value, { parent, kind });
      if (!made.ok) return made;
      return created(request, kind, parent, 'managedObject', objectView(request, made.value));
    }
  }
}

function shapeOf({ bodyType }: PlatformRequest, body: JsonObject): 'reference' | 'references' | 'object' {
  switch (bodyType?.toLowerCase()) {
    case 'managedobjectreference':
      return 'reference';
    case 'managedobjectreferencecollection':
      return 'references';
    case 'managedobject':
      return 'object';
    default:
      if ('managedObject' in body) return 'reference';
      return Array.isArray(body.references) ? 'references' : 'object';
  }
}

function created(
  request: PlatformRequest,
  kind: ChildKind,
  parent: string,
  bodyType: string,
  body: { readonly [key: string]: Json },
): RouteAnswer {
  return ok({ status: 201, bodyType, body, location: childrenUrl(request, parent, kind) });
}

/** Attaches children. It checks all of them before it attaches the first. */
async function attach(
  context: RequestContext,
  kind: ChildKind,
  parent: string,
  ids: readonly string[],
): Promise<Result<JsonObject[], Refusal>> {
  const children: ManagedObject[] = [];
  for (const id of ids) {
    const child = await usableObject(context, id);
    if (!child.ok) return child;
    children.push(child.value);
  }
  const found = children.map((child) => child.id);
  const added = await context.platform.inventory.addChildren(context.call, parent, kind, found);
  if (!added.ok) return added;
  return ok(children.map((child) => referenceView(context.request, kind, parent, child)));
}

async function read(context: RequestContext, kind: ChildKind, parent: string, child: string): Promise<RouteAnswer> {
  const found = await attachedChild(context, kind, parent, child);
  if (!found.ok) return found;
  const body = referenceView(context.request, kind, parent, found.value);
  return ok({ status: 200, bodyType: 'managedObjectReference', body });
}

async function remove(
  context: RequestContext,
  kind: ChildKind,
  parent: string,
  ids: readonly string[],
): Promise<RouteAnswer> {
  for (const id of ids) {
    const found = await attachedChild(context, kind, parent, id);
    if (!found.ok) return found;
    await context.platform.inventory.removeChild(context.call, parent, kind, id);
  }
  return ok({ status: 204 });
}

/** Removes the children that the body refers to. */
async function removeMany(context: RequestContext, kind: ChildKind, parent: string): Promise<RouteAnswer> {
  const body = objectBody(context.request.body, 'managedObject');
  if (!body.ok) return body;
  const given = parseMembers(manyReferences, body.value, 'managedObject');
  if (!given.ok) return given;
  const ids = given.value.references.map((one) => one.managedObject.id);
  return remove(context, kind, parent, ids);
}

async function attachedChild(
  context: RequestContext,
  kind: ChildKind,
  parent: string,
  child: string,
): Promise<Result<ManagedObject, Refusal>> {
  const object = await usableObject(context, parent);
  if (!object.ok) return object;
  const ids = await context.platform.inventory.childIds(context.call.origin.tenant, parent, kind);
  if (ids.includes(child)) return usableObject(context, child);
  return fail({ kind: 'notFound', reason: 'notAChild', subject: 'managedObject', child, parent, children: kind });
}

function referenceView(request: PlatformRequest, kind: ChildKind, parent: string, child: ManagedObject): JsonObject {
  const { id, fragments } = child;
  return {
    managedObject: {
      id,
      ...('name' in fragments && { name: fragments.name ?? null }),
      ...('type' in fragments && { type: fragments.type ?? null }),
      self: objectUrl(request, id),
    },
    self: childUrl(request, parent, kind, id),
  };
}
