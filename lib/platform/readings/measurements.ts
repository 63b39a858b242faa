import { isLargerThan } from '../../base/exact-json';
import { instantOf, isoOf } from '../../base/instant';
import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { sourcedObject } from '../../changes/links';
import type { Call, PlatformDeps, ReadingCall } from '../call';
import type { Inventory } from '../inventory/inventory';
import { MAX_READING_BYTES, tooLarge } from '../limits';
import type { Measurement, Origin, ReadingIdentity } from '../model';
import { notFound, type Refusal } from '../refusal';
import type { Tenants } from '../tenants/tenants';
import {
  deleteMeasurement,
  deleteMeasurements,
  findMeasurement,
  type MeasurementQuery,
  queryMeasurements,
} from './measurement-items';
import { measurementId } from './packs';

/** A measurement as a device or a REST client describes it. Without a time, it is the time of receipt. */
export interface MeasurementInput {
  readonly type: string;
  /** ISO 8601. The door has checked it. */
  readonly time?: string;
  readonly fragments: JsonObject;
}

/** Which measurements are wanted. All conditions hold. `from` and `to` belong to the range, ms since the epoch. */
export type MeasurementFilter = Omit<MeasurementQuery, 'source' | 'keptSince'> & { readonly source?: string };

/** Measurements (docs/reference/rest-api.md#measurements). They are written once and never change. */
export class Measurements {
  constructor(
    private readonly deps: PlatformDeps,
    private readonly tenants: Tenants,
    private readonly inventory: Inventory,
  ) {}

  /**
   * Makes a measurement. It is stored when the message is flushed, and nothing is refused then any more: one that no item
   * can hold is refused here.
   * @throws RangeError when the time is none
   */
  create(call: ReadingCall, device: { readonly id: string }, input: MeasurementInput): Result<Measurement, Refusal> {
    if (isLargerThan([input.type, input.fragments], MAX_READING_BYTES))
      return fail(tooLarge('measurement', MAX_READING_BYTES));
    const { measurement, identity } = measurementOf(call.origin, device.id, input);
    call.effects.store({ kind: 'measurement', measurement, identity });
    call.effects.changed({
      api: 'measurements',
      action: 'CREATE',
      sourceId: measurement.source,
      object: sourcedObject(measurement),
    });
    return ok(measurement);
  }

  /** One measurement by id. Undefined when there is none, or when it has expired under the retention of today. */
  async get(tenant: string, id: string): Promise<Measurement | undefined> {
    return findMeasurement(this.deps.telemetry, tenant, id, await this.tenants.keptSince(tenant));
  }

  /**
   * Measurements in the order of time, oldest first unless `descending`. Without a source: device by device in the
   * order of their ids, and each device in the order of time. Readings are stored by device, and an index for all of
   * them would cost too much.
   */
  async *list(tenant: string, { source, ...filter }: MeasurementFilter): AsyncGenerator<Measurement> {
    const keptSince = await this.tenants.keptSince(tenant);
    for await (const id of this.sources(tenant, source)) {
      yield* queryMeasurements(this.deps.telemetry, tenant, { ...filter, source: id, keptSince });
    }
  }

  /** Deletes a measurement. Refused when there is none. */
  async delete(call: Call, id: string): Promise<Result<void, Refusal>> {
    const deleted = await deleteMeasurement(this.deps.telemetry, call.origin.tenant, id);
    return deleted ? ok(undefined) : fail(notFound('measurement', id));
  }

  /** Deletes what `list` gives. Returns how many measurements that were. */
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

/** Makes a measurement from its description. The same identity gives the same id. */
function measurementOf(
  origin: Origin,
  source: string,
  { type, time, fragments }: MeasurementInput,
): { measurement: Measurement; identity: ReadingIdentity } {
  const { text, instant, identity } = readingTime(origin, time);
  const id = measurementId(source, { time: text, type, fragments }, instant, identity);
  return { measurement: { id, source, time: text, type, fragments }, identity };
}

/**
 * The time of a reading and its identity: its own time and content, or the message that brought it
 * (docs/reference/handling-of-ids.md#measurement-and-event-ids). `text` is ISO 8601, `instant` is in ms since the epoch.
 * @throws RangeError when the time is none
 */
export function readingTime(
  origin: Origin,
  time: string | undefined,
): { text: string; instant: number; identity: ReadingIdentity } {
  const { receivedAt, messageId, row, readingsBy = 'content' } = origin;
  const byMessage: ReadingIdentity = { by: 'message', messageId, row };
  if (time === undefined) return { text: isoOf(receivedAt), instant: receivedAt, identity: byMessage };
  const instant = instantOf(time);
  if (instant === undefined) throw new RangeError(`not a time: ${time}`);
  return { text: time, instant, identity: readingsBy === 'content' ? { by: 'content' } : byMessage };
}
