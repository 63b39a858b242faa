import * as z from 'zod/mini';
import { defined } from '../../base/defined';
import type { Reader } from '../../base/reader';
import { ok, type Result } from '../../base/result';
import { objectUrlOf } from '../../changes/links';
import type { DeviceEvent } from '../../platform/model';
import type { EventFilter } from '../../platform/readings/events';
import type { Refusal } from '../../platform/refusal';
import { requireFound, requireUsableSource, usableNewSource } from '../access';
import { dateTime, fragmentsOf, objectBody, parseMembers, reference, textMember } from '../body';
import { pageAnswer, pageQueryOf } from '../query/page';
import { dateRangeOf, readNarrowed, readQuery } from '../query/query';
import { noContent, type RequestContext, type RouteAnswer } from '../request';
import { type Route, route } from '../router';
import { eventView } from '../views/views';

/** Events (docs/reference/rest-api.md#events). */
export const eventRoutes: readonly Route[] = [
  route('GET', '/event/events', 'device', list),
  route('POST', '/event/events', 'device', create),
  route('DELETE', '/event/events', 'human', removeMany),
  route('GET', '/event/events/:id', 'device', read),
  route('PUT', '/event/events/:id', 'device', update),
  route('DELETE', '/event/events/:id', 'human', remove),
];

/** Members the platform keeps itself; everything else of a body is a fragment. */
const KNOWN = ['id', 'self', 'source', 'time', 'type', 'text', 'creationTime', 'lastUpdated'];
const newEvent = z.object({ source: reference, time: dateTime, type: textMember, text: textMember });
const eventUpdate = z.object({ text: z.optional(textMember) });

async function create(context: RequestContext): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const body = objectBody(request.body, 'event');
  if (!body.ok) return body;
  const given = parseMembers(newEvent, body.value, 'event');
  if (!given.ok) return given;
  const { source, time, type, text } = given.value;
  const object = await usableNewSource(context, source.id, 'event');
  if (!object.ok) return object;
  const fragments = fragmentsOf(body.value, KNOWN);
  const created = platform.events.create(call, { id: source.id }, { type, text, time: time.text, fragments });
  if (!created.ok) return created;
  return ok({
    status: 201,
    bodyType: 'event',
    body: eventView(request, created.value),
    location: objectUrlOf(request.baseUrl, 'events', created.value.id),
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
  const usable = await requireUsableSource(context, filter.source);
  if (!usable.ok) return usable;
  const found = platform.events.list(call.origin.tenant, { ...filter, descending: !revert });
  return pageAnswer(request, { key: 'events', bodyType: 'eventCollection', view: eventView }, page, found);
}

async function read(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const found = await usableEvent(context, param('id'));
  return found.ok ? ok({ status: 200, bodyType: 'event', body: eventView(context.request, found.value) }) : found;
}

/** Changes text and fragments; `null` removes a fragment. Type, time and source cannot be changed. */
async function update(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const body = objectBody(request.body, 'event');
  if (!body.ok) return body;
  const given = parseMembers(eventUpdate, body.value, 'event');
  if (!given.ok) return given;
  const found = await usableEvent(context, param('id'));
  if (!found.ok) return found;
  const changed = defined({ text: given.value.text, fragments: fragmentsOf(body.value, KNOWN) });
  const updated = await platform.events.update(call, found.value.id, changed);
  return updated.ok ? ok({ status: 200, bodyType: 'event', body: eventView(request, updated.value) }) : updated;
}

async function remove(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const found = await usableEvent(context, param('id'));
  if (!found.ok) return found;
  const removed = await context.platform.events.delete(context.call, found.value.id);
  return noContent(removed);
}

async function removeMany({ request, call, platform }: RequestContext): Promise<RouteAnswer> {
  const filter = readNarrowed(request.query, filterOf, 'event');
  if (!filter.ok) return filter;
  await platform.events.deleteMany(call, filter.value);
  return ok({ status: 204 });
}

async function usableEvent(context: RequestContext, id: string): Promise<Result<DeviceEvent, Refusal>> {
  const found = await context.platform.events.get(context.call.origin.tenant, id);
  return requireFound(context, { subject: 'event', id }, found, ({ source }) => source);
}

function filterOf(query: Reader): EventFilter {
  return defined({
    ...dateRangeOf(query),
    source: query.optional('source'),
    type: query.optional('type'),
    fragmentType: query.optional('fragmentType'),
  });
}
