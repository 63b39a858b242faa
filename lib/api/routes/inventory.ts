import { defined } from '../../base/defined';
import type { JsonObject } from '../../base/json';
import type { Reader } from '../../base/reader';
import { fail, ok, type Result } from '../../base/result';
import { DEVICE_USER_PREFIX } from '../../platform/access/credentials';
import { SERIAL } from '../../platform/inventory/identity';
import { CHILD_KINDS } from '../../platform/inventory/link-items';
import type { InventoryFilter } from '../../platform/inventory/object-lists';
import type { NewObject } from '../../platform/inventory/object-members';
import type { ManagedObject } from '../../platform/model';
import type { Refusal } from '../../platform/refusal';
import { FORBIDDEN, usableObject, visibleOwner } from '../access';
import { objectBody } from '../body';
import { collectionResponse, pageQueryOf, takePage } from '../query/page';
import { readQuery } from '../query/query';
import { noContent, type RequestContext, type RouteAnswer } from '../request';
import { type Route, route } from '../router';
import { objectUrl } from '../views/links';
import { type ChildIds, objectView } from '../views/views';

/**
 * Inventory (docs/reference/rest-api.md#inventory): managed objects. `children.ts` has the routes of their children.
 */
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

/** Creates an object from a REST body. The caller owns it, unless a person names another owner. */
export function createObject(
  { call, platform, principal }: RequestContext,
  fragments: JsonObject,
  below?: NewObject['below'],
): Promise<Result<ManagedObject, Refusal>> {
  const { owner } = fragments;
  const named = principal.kind === 'human' && typeof owner === 'string' && owner !== '';
  return platform.inventory.create(call, defined({ fragments, below, owner: named ? owner : undefined }));
}

async function list(context: RequestContext): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const asked = readQuery(request.query, (query) => ({
    page: pageQueryOf(query),
    filter: filterOf(query),
    withChildren: query.flag('withChildren'),
  }));
  if (!asked.ok) return asked;
  const { page, withChildren } = asked.value;
  const filter = visible(context, asked.value.filter);
  if (!filter.ok) return filter;
  const taken = await takePage(platform.inventory.list(call.origin.tenant, filter.value), page);
  const elements = await Promise.all(
    taken.elements.map(async (object) =>
      objectView(request, object, withChildren ? await childrenOf(context, object.id) : {}),
    ),
  );
  const collection = { key: 'managedObjects', bodyType: 'managedObjectCollection' };
  return ok(collectionResponse(request, collection, page, { ...taken, elements }));
}

async function count(context: RequestContext): Promise<RouteAnswer> {
  const asked = readQuery(context.request.query, filterOf);
  if (!asked.ok) return asked;
  const filter = visible(context, asked.value);
  if (!filter.ok) return filter;
  const hits = await context.platform.inventory.count(context.call.origin.tenant, filter.value);
  return ok({ status: 200, body: String(hits) });
}

async function read(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const withChildren = readQuery(context.request.query, (query) => query.flag('withChildren', { preset: true }));
  if (!withChildren.ok) return withChildren;
  const object = await usableObject(context, param('id'));
  if (!object.ok) return object;
  const children = withChildren.value ? await childrenOf(context, object.value.id) : {};
  return ok({ status: 200, bodyType: 'managedObject', body: objectView(context.request, object.value, children) });
}

/** A body that is empty or holds only the id is a heartbeat. It changes nothing, and the answer holds only the id. */
async function update(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const body = objectBody(request.body, 'managedObject');
  if (!body.ok) return body;
  const object = await usableObject(context, param('id'));
  if (!object.ok) return object;
  const { id } = object.value;
  if (Object.keys(body.value).every((name) => name === 'id')) {
    await platform.availability.recordSignOfLifeOf(call, object.value);
    return ok({ status: 200, bodyType: 'managedObject', body: { id } });
  }
  const updated = await platform.inventory.update(call, id, body.value);
  if (!updated.ok) return updated;
  return ok({ status: 200, bodyType: 'managedObject', body: objectView(request, updated.value) });
}

/** `forceCascade` goes as far as `cascade`: everything below is deleted, whatever it is. */
async function remove(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const flags = readQuery(request.query, (query) => ({
    cascade: query.flag('cascade'),
    forceCascade: query.flag('forceCascade'),
    withDeviceUser: query.flag('withDeviceUser'),
  }));
  if (!flags.ok) return flags;
  const object = await usableObject(context, param('id'));
  if (!object.ok) return object;
  const { cascade, forceCascade, withDeviceUser } = flags.value;
  if (withDeviceUser) await deleteDeviceUser(context, object.value.id);
  const removed = await platform.inventory.delete(call, object.value.id, { cascade: cascade || forceCascade });
  return noContent(removed);
}

/** Deletes the user that a device logs in with. It goes before the device, whose serial tells its name. */
async function deleteDeviceUser({ call, platform }: RequestContext, id: string): Promise<void> {
  const { tenant } = call.origin;
  for (const { type, externalId } of await platform.identity.list(tenant, id)) {
    if (type === SERIAL) await platform.credentials.deleteUser(tenant, `${DEVICE_USER_PREFIX}${externalId}`);
  }
}

/** The ids of all children of an object, by kind. One query for each kind. */
async function childrenOf({ call, platform }: RequestContext, id: string): Promise<ChildIds> {
  const kinds = await Promise.all(
    CHILD_KINDS.map(async (kind) => [kind, await platform.inventory.childIds(call.origin.tenant, id, kind)] as const),
  );
  return Object.fromEntries(kinds);
}

function filterOf(query: Reader): InventoryFilter {
  return defined({
    owner: query.optional('owner'),
    type: query.optional('type'),
    fragmentType: query.optional('fragmentType'),
    ids: query.list('ids'),
    text: query.optional('text'),
  });
}

/** A device user's lists hold its own objects only. */
function visible(context: RequestContext, filter: InventoryFilter): Result<InventoryFilter, Refusal> {
  const owner = visibleOwner(context);
  if (owner === undefined) return ok(filter);
  return filter.owner === undefined || filter.owner === owner ? ok({ ...filter, owner }) : fail(FORBIDDEN);
}
