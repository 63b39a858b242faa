import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { CHILD_KINDS } from '../../platform/inventory/link-items';
import type { InventoryFilter } from '../../platform/inventory/object-lists';
import type { ManagedObject } from '../../platform/model';
import type { Refusal } from '../../platform/refusal';
import { FORBIDDEN, usableObject, visibleOwner } from '../access';
import { objectBody } from '../body';
import { collectionResponse, pageQueryOf, takePage } from '../query/page';
import { flagOf, listOf, textOf } from '../query/query';
import type { RequestContext, RouteAnswer } from '../request';
import { type Route, route } from '../router';
import { objectUrl } from '../views/links';
import { type ChildIds, objectView } from '../views/views';

/** Inventory (rest-api section 5): managed objects; their children have a file of their own. */
export const inventoryRoutes: readonly Route[] = [
  route('GET', '/inventory/managedObjects', 'device', list),
  route('POST', '/inventory/managedObjects', 'device', create),
  route('GET', '/inventory/managedObjects/count', 'device', count),
  route('GET', '/inventory/managedObjects/:id', 'device', read),
  route('PUT', '/inventory/managedObjects/:id', 'device', update),
  route('DELETE', '/inventory/managedObjects/:id', 'human', remove),
];

async function create(context: RequestContext): Promise<RouteAnswer> {
  const { request } = context;
  const body = objectBody(request.body, 'managedObject');
  if (!body.ok) return body;
  const created = await createObject(context, body.value);
  if (!created.ok) return created;
  return ok({
    status: 201,
    bodyType: 'managedObject',
    body: objectView(request, created.value),
    location: objectUrl(request, created.value.id),
  });
}

/** Creates an object from a REST body, owned by the caller; an administrator may name another owner. */
export function createObject(
  { call, platform, principal }: RequestContext,
  fragments: JsonObject,
): Promise<Result<ManagedObject, Refusal>> {
  const { owner } = fragments;
  const named = principal.kind === 'human' && typeof owner === 'string' && owner !== '';
  return platform.inventory.create(call, { fragments, ...(named && { owner }) });
}

async function list(context: RequestContext): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const page = pageQueryOf(request.query);
  if (!page.ok) return page;
  const filter = filterOf(context);
  if (!filter.ok) return filter;
  const withChildren = flagOf(request.query, 'withChildren');
  if (!withChildren.ok) return withChildren;
  const taken = await takePage(platform.inventory.list(call.origin.tenant, filter.value), page.value);
  const elements = await Promise.all(
    taken.elements.map(async (object) =>
      objectView(request, object, withChildren.value ? await childrenOf(context, object.id) : {}),
    ),
  );
  const collection = { key: 'managedObjects', bodyType: 'managedObjectCollection' };
  return ok(collectionResponse(request, collection, page.value, { ...taken, elements }));
}

async function count(context: RequestContext): Promise<RouteAnswer> {
  const filter = filterOf(context);
  if (!filter.ok) return filter;
  const hits = await context.platform.inventory.count(context.call.origin.tenant, filter.value);
  return ok({ status: 200, body: String(hits) });
}

async function read(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const object = await usableObject(context, param('id'));
  if (!object.ok) return object;
  const children =
    textOf(context.request.query, 'withChildren') === 'false' ? {} : await childrenOf(context, object.value.id);
  return ok({ status: 200, bodyType: 'managedObject', body: objectView(context.request, object.value, children) });
}

/** An empty body, or one with only the id, is a heartbeat: nothing changes, and the answer holds only the id. */
async function update(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const body = objectBody(request.body, 'managedObject');
  if (!body.ok) return body;
  const object = await usableObject(context, param('id'));
  if (!object.ok) return object;
  const { id } = object.value;
  if (Object.keys(body.value).every((name) => name === 'id')) {
    await platform.availability.objectAlive(call, object.value);
    return ok({ status: 200, bodyType: 'managedObject', body: { id } });
  }
  const updated = await platform.inventory.update(call, id, body.value);
  if (!updated.ok) return updated;
  return ok({ status: 200, bodyType: 'managedObject', body: objectView(request, updated.value) });
}

async function remove(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const cascade = flagOf(request.query, 'cascade');
  if (!cascade.ok) return cascade;
  const forceCascade = flagOf(request.query, 'forceCascade');
  if (!forceCascade.ok) return forceCascade;
  const object = await usableObject(context, param('id'));
  if (!object.ok) return object;
  const removed = await platform.inventory.delete(call, object.value.id, {
    cascade: cascade.value || forceCascade.value,
  });
  return removed.ok ? ok({ status: 204 }) : removed;
}

/** All children of an object, by kind; one query each. */
async function childrenOf({ call, platform }: RequestContext, id: string): Promise<ChildIds> {
  const kinds = await Promise.all(
    CHILD_KINDS.map(async (kind) => [kind, await platform.inventory.childIds(call.origin.tenant, id, kind)] as const),
  );
  return Object.fromEntries(kinds);
}

/** A device user's lists hold its own objects only. */
function filterOf(context: RequestContext): Result<InventoryFilter, Refusal> {
  const { query } = context.request;
  const visible = visibleOwner(context);
  const asked = textOf(query, 'owner');
  if (visible !== undefined && asked !== undefined && asked !== visible) return fail(FORBIDDEN);
  const owner = visible ?? asked;
  const type = textOf(query, 'type');
  const fragmentType = textOf(query, 'fragmentType');
  const ids = listOf(query, 'ids');
  const text = textOf(query, 'text');
  return ok({
    ...(owner !== undefined && { owner }),
    ...(type !== undefined && { type }),
    ...(fragmentType !== undefined && { fragmentType }),
    ...(ids !== undefined && { ids }),
    ...(text !== undefined && { text }),
  });
}
