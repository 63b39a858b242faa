import { defined } from '../../base/defined';
import { isLargerThan } from '../../base/exact-json';
import { isoOf } from '../../base/instant';
import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import type { Change } from '../../changes/changes';
import { sourcedObject } from '../../changes/links';
import { OVERTAKEN, tryVersioned } from '../../storage/versioned';
import type { Call, PlatformDeps, ReadingCall } from '../call';
import type { Inventory } from '../inventory/inventory';
import { isRemovable } from '../inventory/object-members';
import { asOf } from '../journal';
import { MAX_READING_BYTES, tooLarge } from '../limits';
import type { DeviceEvent, DeviceRef, Origin } from '../model';
import { notFound, type Refusal } from '../refusal';
import type { Tenants } from '../tenants/tenants';
import { changed, cleared, type EventRecord, type EventUpdate } from './event-changes';
import { addEventClear } from './event-clear-items';
import { EventClears } from './event-clears';
import { deleteEvent, type EventQuery, findEvent, queryEvents, replaceEvent } from './event-items';
import { readingId } from './ids';
import { readingTime } from './measurements';

/** An event as a device or a REST client describes it. Without a time, it is the time of receipt. */
export interface EventInput {
  readonly type: string;
  readonly text: string;
  /** ISO 8601. The door has checked it. */
  readonly time?: string;
  readonly fragments: JsonObject;
}

/** Which events are wanted. All conditions hold. `from` and `to` belong to the range, ms since the epoch. */
export type EventFilter = Pick<EventQuery, 'from' | 'to'> & {
  readonly source?: string;
  readonly type?: string;
  readonly fragmentType?: string;
  /** Newest first. Default: oldest first. */
  readonly descending?: boolean;
};

/**
 * Events (docs/reference/rest-api.md#events): things that happened once. Text and fragments of an event can change
 * later.
 */
export class Events {
  private readonly clears: EventClears;

  constructor(
    private readonly deps: PlatformDeps,
    private readonly tenants: Tenants,
    private readonly inventory: Inventory,
  ) {
    this.clears = new EventClears(deps);
  }

  /**
   * Makes an event. It is stored when the message is flushed, and nothing is refused then any more: one that no item can
   * hold is refused here.
   * @throws RangeError when the time is none
   */
  create(call: ReadingCall, device: { readonly id: string }, input: EventInput): Result<DeviceEvent, Refusal> {
    if (isLargerThan([input.type, input.text, input.fragments], MAX_READING_BYTES))
      return fail(tooLarge('event', MAX_READING_BYTES));
    const event = eventOf(call.origin, device.id, input);
    call.effects.store({ kind: 'event', event, asOf: asOf(call.origin) });
    call.effects.changed(eventChange('CREATE', event));
    return ok(event);
  }

  /**
   * Makes an event, or takes it back, as a decision that may have to be made again when an older message arrives. The
   * decision with the highest number stays. `isNews` says whether listeners have not heard of it yet.
   */
  decide(
    call: ReadingCall,
    device: { readonly id: string },
    input: EventInput,
    { exists, decision, isNews }: { readonly exists: boolean; readonly decision: number; readonly isNews: boolean },
  ): void {
    const event = eventOf(call.origin, device.id, input);
    const at = asOf(call.origin);
    const decided = { event, decision };
    // the row may be one of another message, which came in another mode
    call.effects.store(
      exists ? { ...decided, kind: 'event', asOf: at } : { ...decided, kind: 'noEvent' },
      call.origin.mode,
    );
    if (isNews) call.effects.changed(eventChange(exists ? 'CREATE' : 'DELETE', event));
  }

  /** One event by id. Undefined when there is none, or when it has expired under the retention of today. */
  async get(tenant: string, id: string): Promise<DeviceEvent | undefined> {
    const record = await this.record(tenant, id);
    return record && (await this.shown(tenant, record)).event;
  }

  /** Events in the order of time. Without a source: device by device, in the order of their ids. */
  async *list(tenant: string, filter: EventFilter): AsyncGenerator<DeviceEvent> {
    const keptSince = await this.tenants.keptSince(tenant);
    const { from, to } = filter;
    const range = defined({ from, to });
    for await (const source of this.sources(tenant, filter.source)) {
      const catalogue = await this.clears.catalogueOf(tenant, source);
      const meant = await this.clears.meant(tenant, source, catalogue, keptSince);
      const { months } = catalogue;
      const query = { ...range, source, keptSince, months, ascending: filter.descending !== true };
      for await (const record of queryEvents(this.deps.telemetry, tenant, query)) {
        const { event } = cleared(record, meant.get(record.event.id)?.clears ?? []);
        if (matches(event, filter)) yield event;
      }
    }
  }

  /**
   * Changes an event, each member unless it was changed later: one read and one write. Refused when there is none, and
   * when too many others change it or it would be too large.
   */
  async update(call: Call, id: string, update: EventUpdate): Promise<Result<DeviceEvent, Refusal>> {
    const { tenant } = call.origin;
    const done = await tryVersioned(this.deps.clock, async () => {
      const current = await this.record(tenant, id);
      if (current === undefined) return fail(notFound('event', id));
      const next = changed(current, update, asOf(call.origin));
      if (next === undefined) return ok((await this.shown(tenant, current)).event);
      const { type, text, fragments } = next.event;
      if (isLargerThan([type, text, fragments], MAX_READING_BYTES)) return fail(tooLarge('event', MAX_READING_BYTES));
      const replaced = await replaceEvent(this.deps.telemetry, tenant, next);
      if (!replaced.ok) return OVERTAKEN;
      const { event } = await this.shown(tenant, next);
      call.effects.changed(eventChange('UPDATE', event));
      return ok(event);
    });
    return done.ok ? done.value : fail({ kind: 'conflict', reason: 'busy', subject: 'event', id });
  }

  /**
   * Removes fragments from the newest event of a type (docs/reference/static-templates.md#fragments-of-an-event).
   * Without fragments it does nothing. Refused when there is no such event yet, or when a fragment is a member that
   * every event has. The message waits beside the events, because an event from before it may still arrive.
   */
  async clearFragments(
    call: ReadingCall,
    device: DeviceRef,
    type: string,
    fragments: readonly string[],
  ): Promise<Result<void, Refusal>> {
    const kept = fragments.find((name) => !isRemovable(name) || name === 'text');
    if (kept !== undefined) return fail({ kind: 'invalid', reason: 'protectedMember', subject: 'event', member: kept });
    if (fragments.length === 0) return ok(undefined);
    const { tenant, receivedAt } = call.origin;
    const clear = { asOf: asOf(call.origin), type, fragments };
    const retention = { receivedAt, retentionDays: await this.tenants.retentionDays(tenant) };
    await addEventClear(this.deps.telemetry, tenant, device.id, clear, retention);
    const catalogue = await this.clears.catalogueOf(tenant, device.id);
    const keptSince = await this.tenants.keptSince(tenant);
    // the events of this very message are stored at its end
    const start = asOf({ ...call.origin, row: 0 });
    const meant = await this.clears.meant(tenant, device.id, catalogue, keptSince, start);
    const found = [...meant.values()].find(({ clears }) =>
      clears.some((one) => one.asOf === clear.asOf && one.type === type),
    );
    if (found === undefined) return this.nothingToClear(call, device, type);
    call.effects.changed(eventChange('UPDATE', cleared(found.record, found.clears).event));
    return ok(undefined);
  }

  /** The event may be made by a row of the same message: it is stored at the end of the message. */
  private nothingToClear({ effects }: ReadingCall, device: DeviceRef, type: string): Result<void, Refusal> {
    const isMade = effects.readings.some(
      (reading) => reading.kind === 'event' && reading.event.source === device.id && reading.event.type === type,
    );
    return isMade ? ok(undefined) : fail({ kind: 'notFound', reason: 'noEventOfType', subject: 'event', type });
  }

  /** Deletes an event. Refused when there is none. */
  async delete(call: Call, id: string): Promise<Result<void, Refusal>> {
    const { tenant } = call.origin;
    const found = await this.record(tenant, id);
    if (found !== undefined) await this.clears.forget(tenant, found, await this.tenants.keptSince(tenant));
    if (found === undefined || !(await deleteEvent(this.deps.telemetry, tenant, id)))
      return fail(notFound('event', id));
    call.effects.changed(eventChange('DELETE', found.event));
    return ok(undefined);
  }

  /** Deletes what `list` gives. Returns how many events that were. */
  async deleteMany(call: Call, filter: EventFilter): Promise<number> {
    let deleted = 0;
    for await (const { id } of this.list(call.origin.tenant, filter)) {
      if ((await this.delete(call, id)).ok) deleted++;
    }
    return deleted;
  }

  private async record(tenant: string, id: string): Promise<EventRecord | undefined> {
    return findEvent(this.deps.telemetry, tenant, id, await this.tenants.keptSince(tenant));
  }

  private async shown(tenant: string, record: EventRecord): Promise<EventRecord> {
    return this.clears.applied(tenant, record, await this.tenants.keptSince(tenant));
  }

  private async *sources(tenant: string, source: string | undefined): AsyncGenerator<string> {
    if (source !== undefined) yield source;
    else for await (const object of this.inventory.list(tenant, {})) yield object.id;
  }
}

/** Makes an event from its description. The same identity gives the same id. */
function eventOf(origin: Origin, source: string, { type, text, time, fragments }: EventInput): DeviceEvent {
  const at = readingTime(origin, time);
  const content = [type, text, fragments];
  const id = readingId(source, { time: at.text, instant: at.instant, content }, at.identity);
  const received = isoOf(origin.receivedAt);
  return { id, source, time: at.text, type, text, creationTime: received, lastUpdated: received, fragments };
}

function matches({ type, fragments }: DeviceEvent, filter: EventFilter): boolean {
  if (filter.type !== undefined && type !== filter.type) return false;
  return filter.fragmentType === undefined || Object.hasOwn(fragments, filter.fragmentType);
}

function eventChange(action: Change['action'], event: DeviceEvent): Change {
  const object = action === 'DELETE' ? { id: event.id } : sourcedObject(event);
  return { api: 'events', action, sourceId: event.source, object };
}
