import * as z from 'zod/mini';
import { defined } from '../../base/defined';
import type { Json, JsonObject } from '../../base/json';
import type { Reader } from '../../base/reader';
import { fail, ok, type Result } from '../../base/result';
import { objectUrlOf } from '../../changes/links';
import type { Measurement } from '../../platform/model';
import type { MeasurementFilter } from '../../platform/readings/measurements';
import type { Refusal } from '../../platform/refusal';
import { requireFound, requireUsableSource, usableNewSource } from '../access';
import { dateTime, fragmentsOf, objectBody, parseMembers, reference, textMember } from '../body';
import { pageAnswer, pageQueryOf } from '../query/page';
import { dateRangeOf, readNarrowed, readQuery } from '../query/query';
import { noContent, type RequestContext, type RouteAnswer } from '../request';
import { type Route, route } from '../router';
import { measurementView } from '../views/views';

/** Measurements (docs/reference/rest-api.md#measurements). */
export const measurementRoutes: readonly Route[] = [
  route('GET', '/measurement/measurements', 'device', list),
  route('POST', '/measurement/measurements', 'device', create),
  route('DELETE', '/measurement/measurements', 'human', removeMany),
  route('GET', '/measurement/measurements/:id', 'device', read),
  route('DELETE', '/measurement/measurements/:id', 'human', remove),
];

const KNOWN = ['id', 'self', 'source', 'time', 'type'];
const newMeasurement = z.object({ source: reference, time: dateTime, type: textMember });

/** Creates one measurement, or those of `{"measurements": […]}`. The media type or the shape of the body says which. */
async function create(context: RequestContext): Promise<RouteAnswer> {
  const { request } = context;
  const body = objectBody(request.body, 'measurement');
  if (!body.ok) return body;
  const many = body.value.measurements;
  const isCollection = request.bodyType?.toLowerCase() === 'measurementcollection' || Array.isArray(many);
  if (isCollection) return createMany(context, many);
  const prepared = await prepare(context, body.value, 1, new Set());
  if (!prepared.ok) return prepared;
  const created = prepared.value();
  if (!created.ok) return created;
  return ok({
    status: 201,
    bodyType: 'measurement',
    body: measurementView(request, created.value),
    location: objectUrlOf(request.baseUrl, 'measurements', created.value.id),
  });
}

/** Creates all or none: every element is checked before the first is created. Each source is looked up once. */
async function createMany(context: RequestContext, elements: Json | undefined): Promise<RouteAnswer> {
  if (!Array.isArray(elements)) {
    return fail({ kind: 'invalid', reason: 'missing', what: 'fields', names: ['measurements'] });
  }
  const usable = new Set<string>();
  const prepared: (() => Result<Measurement, Refusal>)[] = [];
  for (const [at, element] of elements.entries()) {
    const body = objectBody(element, 'measurement');
    if (!body.ok) return body;
    const one = await prepare(context, body.value, at + 1, usable);
    if (!one.ok) return one;
    prepared.push(one.value);
  }
  const measurements: JsonObject[] = [];
  for (const make of prepared) {
    const created = make();
    if (!created.ok) return created;
    measurements.push(measurementView(context.request, created.value));
  }
  return ok({ status: 201, bodyType: 'measurementCollection', body: { measurements } });
}

/**
 * Checks a measurement and returns the function that creates it. `number` is its place in the request, from 1; `usable`
 * holds the sources that were checked.
 */
async function prepare(
  context: RequestContext,
  body: JsonObject,
  number: number,
  usable: Set<string>,
): Promise<Result<() => Result<Measurement, Refusal>, Refusal>> {
  const given = parseMembers(newMeasurement, body, 'measurement');
  if (!given.ok) return given;
  const { source, time, type } = given.value;
  if (!usable.has(source.id)) {
    const object = await usableNewSource(context, source.id, 'measurement');
    if (!object.ok) return object;
    usable.add(source.id);
  }
  const { platform } = context;
  const call = { ...context.call, origin: { ...context.call.origin, row: number } };
  const fragments = fragmentsOf(body, KNOWN);
  return ok(() => platform.measurements.create(call, { id: source.id }, { type, time: time.text, fragments }));
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
  const found = platform.measurements.list(call.origin.tenant, { ...filter, descending: revert });
  const collection = { key: 'measurements', bodyType: 'measurementCollection', view: measurementView };
  return pageAnswer(request, collection, page, found);
}

async function read(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const found = await usableMeasurement(context, param('id'));
  if (!found.ok) return found;
  return ok({ status: 200, bodyType: 'measurement', body: measurementView(context.request, found.value) });
}

async function remove(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const found = await usableMeasurement(context, param('id'));
  if (!found.ok) return found;
  const removed = await context.platform.measurements.delete(context.call, found.value.id);
  return noContent(removed);
}

async function removeMany({ request, call, platform }: RequestContext): Promise<RouteAnswer> {
  const filter = readNarrowed(request.query, deletionFilterOf, 'measurement');
  if (!filter.ok) return filter;
  await platform.measurements.deleteMany(call, filter.value);
  return ok({ status: 204 });
}

async function usableMeasurement(context: RequestContext, id: string): Promise<Result<Measurement, Refusal>> {
  const found = await context.platform.measurements.get(context.call.origin.tenant, id);
  return requireFound(context, { subject: 'measurement', id }, found, ({ source }) => source);
}

function filterOf(query: Reader): MeasurementFilter {
  return defined({
    ...dateRangeOf(query),
    source: query.optional('source'),
    type: query.optional('type'),
    fragment: query.optional('valueFragmentType'),
    series: query.optional('valueFragmentSeries'),
  });
}

/** For a deletion Cumulocity calls the fragment `fragmentType`. */
function deletionFilterOf(query: Reader): MeasurementFilter {
  const fragment = query.optional('fragmentType');
  return { ...defined({ fragment }), ...filterOf(query) };
}
