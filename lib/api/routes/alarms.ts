import * as z from 'zod/mini';
import { defined } from '../../base/defined';
import type { Reader } from '../../base/reader';
import { fail, ok, type Result } from '../../base/result';
import { objectUrlOf } from '../../changes/links';
import type { AlarmFilter } from '../../platform/alarms/filter';
import { ALARM_STATUSES, type Alarm, SEVERITIES } from '../../platform/model';
import type { Refusal } from '../../platform/refusal';
import { requireFound, requireUsableSource, usableNewSource } from '../access';
import { dateTime, fragmentsOf, objectBody, parseMembers, reference, textMember } from '../body';
import { pageAnswer, pageQueryOf } from '../query/page';
import { dateRangeOf, readQuery } from '../query/query';
import type { RequestContext, RouteAnswer } from '../request';
import { type Route, route } from '../router';
import { alarmView } from '../views/views';

/** Alarms (docs/reference/rest-api.md#alarms). */
export const alarmRoutes: readonly Route[] = [
  route('GET', '/alarm/alarms', 'device', list),
  route('POST', '/alarm/alarms', 'device', create),
  route('PUT', '/alarm/alarms', 'human', updateMany),
  route('GET', '/alarm/alarms/count', 'device', count),
  route('GET', '/alarm/alarms/:id', 'device', read),
  route('PUT', '/alarm/alarms/:id', 'device', update),
];

/** Members the platform keeps itself; everything else of a body is a fragment. */
const KNOWN = [
  'id',
  'self',
  'source',
  'type',
  'text',
  'time',
  'severity',
  'status',
  'count',
  'firstOccurrenceTime',
  'creationTime',
  'lastUpdated',
];
const severity = z.enum(SEVERITIES, `must be one of ${SEVERITIES.join(', ')}`);
const status = z.enum(ALARM_STATUSES, `must be one of ${ALARM_STATUSES.join(', ')}`);
const newAlarm = z.object({
  source: reference,
  type: textMember,
  text: textMember,
  severity,
  time: dateTime,
  status: z.optional(status),
});
const alarmUpdate = z.object({
  text: z.optional(textMember),
  severity: z.optional(severity),
  status: z.optional(status),
});
const statusUpdate = z.object({ status });

async function create(context: RequestContext): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const body = objectBody(request.body, 'alarm');
  if (!body.ok) return body;
  const given = parseMembers(newAlarm, body.value, 'alarm');
  if (!given.ok) return given;
  const { source, type, text, severity, time, status } = given.value;
  const object = await usableNewSource(context, source.id, 'alarm');
  if (!object.ok) return object;
  const fragments = fragmentsOf(body.value, KNOWN);
  const input = defined({ type, text, severity, time: time.text, status, fragments });
  const raised = await platform.alarms.raise(call, { id: source.id }, input);
  if (!raised.ok) return raised;
  return ok({
    status: 201,
    bodyType: 'alarm',
    body: alarmView(request, raised.value),
    location: objectUrlOf(request.baseUrl, 'alarms', raised.value.id),
  });
}

async function list(context: RequestContext): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const asked = readQuery(request.query, (query) => ({ page: pageQueryOf(query), filter: filterOf(query) }));
  if (!asked.ok) return asked;
  const { page, filter } = asked.value;
  const usable = await requireUsableSource(context, filter.source);
  if (!usable.ok) return usable;
  return pageAnswer(
    request,
    { key: 'alarms', bodyType: 'alarmCollection', view: alarmView },
    page,
    platform.alarms.list(call.origin.tenant, filter),
  );
}

async function count(context: RequestContext): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const filter = readQuery(request.query, filterOf);
  if (!filter.ok) return filter;
  const usable = await requireUsableSource(context, filter.value.source);
  if (!usable.ok) return usable;
  const hits = await platform.alarms.count(call.origin.tenant, filter.value);
  return ok({ status: 200, body: String(hits) });
}

async function read(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const found = await usableAlarm(context, param('id'));
  return found.ok ? ok({ status: 200, bodyType: 'alarm', body: alarmView(context.request, found.value) }) : found;
}

async function update(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, call, platform } = context;
  const body = objectBody(request.body, 'alarm');
  if (!body.ok) return body;
  const given = parseMembers(alarmUpdate, body.value, 'alarm');
  if (!given.ok) return given;
  const found = await usableAlarm(context, param('id'));
  if (!found.ok) return found;
  const { text, severity, status } = given.value;
  const fragments = fragmentsOf(body.value, KNOWN);
  const updated = await platform.alarms.update(call, found.value.id, defined({ text, severity, status, fragments }));
  return updated.ok ? ok({ status: 200, bodyType: 'alarm', body: alarmView(request, updated.value) }) : updated;
}

/**
 * Gives all alarms of a filter one status. The filter must not be empty. The answer is always 200, because the change
 * is done by then.
 */
async function updateMany({ request, call, platform }: RequestContext): Promise<RouteAnswer> {
  const body = objectBody(request.body, 'alarm');
  if (!body.ok) return body;
  const given = parseMembers(statusUpdate, body.value, 'alarm');
  if (!given.ok) return given;
  const filter = readQuery(request.query, filterOf);
  if (!filter.ok) return filter;
  if (Object.keys(filter.value).length === 0) {
    return fail({ kind: 'invalid', reason: 'notNarrowed', subject: 'alarm', parameters: [] });
  }
  const ids: string[] = [];
  for await (const alarm of platform.alarms.list(call.origin.tenant, filter.value)) ids.push(alarm.id);
  for (const id of ids) {
    const updated = await platform.alarms.update(call, id, { status: given.value.status });
    if (!updated.ok && updated.error.kind !== 'notFound') return updated;
  }
  return ok({ status: 200 });
}

async function usableAlarm(context: RequestContext, id: string): Promise<Result<Alarm, Refusal>> {
  const found = await context.platform.alarms.get(context.call.origin.tenant, id);
  return requireFound(context, { subject: 'alarm', id }, found, ({ source }) => source);
}

/** `resolved` is another way to name statuses: true means CLEARED, false means the others. */
function filterOf(query: Reader): AlarmFilter {
  const created = dateRangeOf(query, ['createdFrom', 'createdTo']);
  const lastUpdated = dateRangeOf(query, ['lastUpdatedFrom', 'lastUpdatedTo']);
  return defined({
    ...dateRangeOf(query),
    created: Object.keys(created).length > 0 ? created : undefined,
    lastUpdated: Object.keys(lastUpdated).length > 0 ? lastUpdated : undefined,
    source: query.optional('source'),
    types: query.list('type'),
    statuses: query.words('status', ALARM_STATUSES),
    severities: query.words('severity', SEVERITIES),
    resolved: query.optional('resolved') === undefined ? undefined : query.flag('resolved'),
  });
}
