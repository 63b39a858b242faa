import * as z from 'zod/mini';
import { defined } from '../../base/defined';
import type { Reader } from '../../base/reader';
import { fail, ok, type Result } from '../../base/result';
import { objectUrlOf } from '../../changes/links';
import { OPERATION_STATUSES, type Operation } from '../../platform/model';
import type { OperationFilter } from '../../platform/operations/filter';
import type { Refusal } from '../../platform/refusal';
import { requireFound, requireUsableSource } from '../access';
import { fragmentsOf, id, objectBody, parseMembers, textMember } from '../body';
import { collectionResponse, pageQueryOf, takePage } from '../query/page';
import { dateRangeOf, readQuery } from '../query/query';
import type { RequestContext, RouteAnswer } from '../request';
import { type Route, route } from '../router';
import { operationView } from '../views/views';

/** Operations (docs/reference/rest-api.md#operations): operators create them, and devices report their status. */
export const operationRoutes: readonly Route[] = [
  route('GET', '/devicecontrol/operations', 'device', list),
  route('POST', '/devicecontrol/operations', 'human', create),
  route('DELETE', '/devicecontrol/operations', 'human', removeMany),
  route('GET', '/devicecontrol/operations/:id', 'device', read),
  route('PUT', '/devicecontrol/operations/:id', 'device', update),
];

/** Members the platform keeps itself; everything else of a body is a fragment of the operation. */
const KNOWN = [
  'id',
  'self',
  'deviceId',
  'agentId',
  'deviceName',
  'deviceExternalIDs',
  'status',
  'creationTime',
  'lastUpdated',
  'failureReason',
  'delivery',
];
const newOperation = z.object({ deviceId: id });
const operationUpdate = z.object({
  status: z.enum(OPERATION_STATUSES, `must be one of ${OPERATION_STATUSES.join(', ')}`),
  failureReason: z.optional(textMember),
});

async function create({ request, call, platform }: RequestContext): Promise<RouteAnswer> {
  const body = objectBody(request.body, 'operation');
  if (!body.ok) return body;
  const given = parseMembers(newOperation, body.value, 'operation');
  if (!given.ok) return given;
  const fragments = fragmentsOf(body.value, KNOWN);
  const created = await platform.operations.create(call, { deviceId: given.value.deviceId, fragments });
  if (!created.ok) return created;
  const { id: operationId, agentId, agentSerial } = created.value;
  // an agent without a serial has no connection: it asks for its operations over REST
  if (agentSerial !== '') {
    await platform.requestDelivery({ tenant: call.origin.tenant, agentId, agentSerial }, operationId);
  }
  return ok({
    status: 201,
    bodyType: 'operation',
    body: operationView(request, created.value),
    location: objectUrlOf(request.baseUrl, 'operations', operationId),
  });
}

async function list(context: RequestContext): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const asked = readQuery(request.query, (query) => ({
    page: pageQueryOf(query),
    filter: filterOf(query),
    revert: query.flag('revert'),
  }));
  if (!asked.ok) return asked;
  const { page, filter, revert } = asked.value;
  const usable = await requireUsableSource(context, filter.deviceId ?? filter.agentId);
  if (!usable.ok) return usable;
  const found = platform.operations.list(call.origin.tenant, { ...filter, revert });
  const taken = await takePage(found, page);
  await handOver(context, taken.elements);
  const elements = taken.elements.map((operation) => operationView(request, operation));
  const collection = { key: 'operations', bodyType: 'operationCollection' };
  return ok(collectionResponse(request, collection, page, { ...taken, elements }));
}

/** Deletes all operations of a filter. The filter must not be empty. */
async function removeMany({ request, call, platform }: RequestContext): Promise<RouteAnswer> {
  const filter = readQuery(request.query, filterOf);
  if (!filter.ok) return filter;
  if (Object.keys(filter.value).length === 0) {
    return fail({ kind: 'invalid', reason: 'notNarrowed', subject: 'operation', parameters: [] });
  }
  const ids: string[] = [];
  for await (const operation of platform.operations.list(call.origin.tenant, filter.value)) ids.push(operation.id);
  for (const id of ids) {
    const removed = await platform.operations.delete(call, id);
    if (!removed.ok && removed.error.kind !== 'notFound') return removed;
  }
  return ok({ status: 204 });
}

async function read(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const found = await usableOperation(context, param('id'));
  if (!found.ok) return found;
  await handOver(context, [found.value]);
  return ok({ status: 200, bodyType: 'operation', body: operationView(context.request, found.value) });
}

/** What a device reads counts as handed over to it, as what it is sent does. */
async function handOver(
  { principal, call, platform }: RequestContext,
  operations: readonly Operation[],
): Promise<void> {
  if (principal.kind === 'device') await platform.operations.handovers.read(call.origin.tenant, operations);
}

async function update(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const body = objectBody(request.body, 'operation');
  if (!body.ok) return body;
  const given = parseMembers(operationUpdate, body.value, 'operation');
  if (!given.ok) return given;
  const found = await usableOperation(context, param('id'));
  if (!found.ok) return found;
  const { status, failureReason } = given.value;
  const changed = defined({ status, failureReason, fragments: fragmentsOf(body.value, KNOWN) });
  const updated = await platform.operations.update(call, found.value.id, changed);
  if (!updated.ok) return updated;
  return ok({ status: 200, bodyType: 'operation', body: operationView(request, updated.value) });
}

async function usableOperation(context: RequestContext, id: string): Promise<Result<Operation, Refusal>> {
  const found = await context.platform.operations.get(context.call.origin.tenant, id);
  return requireFound(context, { subject: 'operation', id }, found, ({ deviceId }) => deviceId);
}

function filterOf(query: Reader): OperationFilter {
  return defined({
    ...dateRangeOf(query),
    deviceId: query.optional('deviceId'),
    agentId: query.optional('agentId'),
    statuses: query.words('status', OPERATION_STATUSES),
    fragmentType: query.optional('fragmentType'),
  });
}
