import { instantOf, isoOf } from '../../base/instant';
import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { sourcedObject } from '../../changes/links';
import type { Call, PlatformDeps, ReadingCall } from '../call';
import type { Inventory } from '../inventory/inventory';
import type { Measurement, Origin, ReadingIdentity } from '../model';
import type { Refusal } from '../refusal';
import type { Tenants } from '../tenants/tenants';
import {
  deleteMeasurement,
  deleteMeasurements,
  findMeasurement,
  type MeasurementQuery,
  queryMeasurements,
} from './measurement-items';
import { measurementId } from './packs';

/** What a device or REST client says; without a time it is when the platform received it. */
export interface MeasurementInput {
  readonly type: string;
  /** ISO 8601, checked where it came in. */
  readonly time?: string;
  readonly fragments: JsonObject;
}

/** Which measurements; all conditions hold. `from` and `to` are inclusive, ms since the epoch. */
export type MeasurementFilter = Omit<MeasurementQuery, 'source' | 'keptSince'> & { readonly source?: string };

/** Measurements (docs/reference/rest-api.md#measurements): written once, never changed. */
export class Measurements {
  constructor(
    private readonly deps: PlatformDeps,
    private readonly tenants: Tenants,
    private readonly inventory: Inventory,
  ) {}

  /** Makes a measurement; it is stored when the message is flushed. Throws a RangeError for a time that is none. */
  create(call: ReadingCall, device: { readonly id: string }, input: MeasurementInput): Measurement {
    const { measurement, identity } = measurementOf(call.origin, device.id, input);
    call.effects.store({ kind: 'measurement', measurement, identity });
    call.effects.changed({
      api: 'measurements',
      action: 'CREATE',
      sourceId: measurement.source,
      object: sourcedObject(measurement),
    });
    return measurement;
  }

  /** By id; undefined when there is none, or it has expired under the tenant's retention of today. */
  async get(tenant: string, id: string): Promise<Measurement | undefined> {
    return findMeasurement(this.deps.telemetry, tenant, id, await this.tenants.keptSince(tenant));
  }

  /**
   * In the order of their time, oldest first unless `descending`. Without a source it goes from device to device in the
   * order of their ids, each in the order of time: readings are kept by device, and no index is paid for all of them.
   */
  async *list(tenant: string, { source, ...filter }: MeasurementFilter): AsyncGenerator<Measurement> {
    const keptSince = await this.tenants.keptSince(tenant);
    for await (const id of this.sources(tenant, source)) {
      yield* queryMeasurements(this.deps.telemetry, tenant, { ...filter, source: id, keptSince });
    }
  }

  async delete(call: Call, id: string): Promise<Result<void, Refusal>> {
    const deleted = await deleteMeasurement(this.deps.telemetry, call.origin.tenant, id);
    return deleted ? ok(undefined) : fail(measurementNotFound(id));
  }

  /** Deletes what `list` would give; returns how many. */
  async deleteMany(call: Call, { source, ...filter }: MeasurementFilter): Promise<number> {
    const { tenant } = call.origin;
    const keptSince = await this.tenants.keptSince(tenant);
    let deleted = 0;
    for await (const id of this.sources(tenant, source)) {
      deleted += await deleteMeasurements(this.deps.telemetry, tenant, { ...filter, source: id, keptSince });
    }
    return deleted;
  }

  private async *sources(tenant: string, source: string | undefined): AsyncGenerator<string> {
    if (source !== undefined) yield source;
    else for await (const object of this.inventory.list(tenant, {})) yield object.id;
  }
}

/** A measurement from what was said of a device; the same said again has the same id. */
function measurementOf(
  origin: Origin,
  source: string,
  { type, time, fragments }: MeasurementInput,
): { measurement: Measurement; identity: ReadingIdentity } {
  const { text, instant, identity } = readingTime(origin, time);
  const id = measurementId(source, { time: text, type, fragments }, instant, identity);
  return { measurement: { id, source, time: text, type, fragments }, identity };
}

/** When a reading was taken and what tells it apart: its own time and content, or the message that brought it. */
export function readingTime(
  origin: Origin,
  time: string | undefined,
): { text: string; instant: number; identity: ReadingIdentity } {
  const { receivedAt, messageId, row } = origin;
  if (time === undefined) {
    return { text: isoOf(receivedAt), instant: receivedAt, identity: { by: 'message', messageId, row } };
  }
  const instant = instantOf(time);
  if (instant === undefined) throw new RangeError(`not a time: ${time}`);
  return { text: time, instant, identity: { by: 'content' } };
}

const measurementNotFound = (id: string): Refusal => ({
  kind: 'notFound',
  reason: 'unknown',
  subject: 'measurement',
  id,
});
