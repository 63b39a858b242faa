import type { PlatformDeps } from '../call';
import { JOURNAL_LIMIT, JOURNAL_WINDOW_MS, millisOf } from '../journal';
import type { AsOf } from '../model';
import { cleared, type EventClear, type EventRecord, instantOfEvent, isLater, mayMean } from './event-changes';
import { type EventCatalogue, eventCatalogueOf, removeEventClear } from './event-clear-items';
import { queryEvents, replaceEvent } from './event-items';

/** An event as it is stored, and the messages that mean it. */
export interface MeantEvent {
  readonly record: EventRecord;
  readonly clears: readonly EventClear[];
}

/** Messages in the order of the broker, what each means, and up to where they may be applied. */
interface Settling {
  readonly clears: readonly EventClear[];
  readonly records: ReadonlyMap<EventClear, EventRecord>;
  readonly settleBefore: AsOf | undefined;
}

/** Which events the messages that wait beside them mean. */
export class EventClears {
  constructor(private readonly deps: PlatformDeps) {}

  /** The months of a device's readings, and what waits beside its events: one query. */
  catalogueOf(tenant: string, device: string): Promise<EventCatalogue> {
    return eventCatalogueOf(this.deps.telemetry, tenant, device);
  }

  /**
   * Event id → the messages that mean it. A message means the event with the latest time of those of its type that were
   * received before it; of several with that time the one received last. Where messages wait, it costs a query of the
   * events. It also applies the messages that are too old to be overtaken, but only those from before `settleBefore`: a
   * caller whose own events are not stored yet must not apply what may mean them.
   */
  async meant(
    tenant: string,
    source: string,
    { months, clears }: EventCatalogue,
    keptSince: number,
    settleBefore?: AsOf,
  ): Promise<ReadonlyMap<string, MeantEvent>> {
    const found = new Map<string, MeantEvent>();
    if (clears.length === 0) return found;
    const records = new Map<EventClear, EventRecord>();
    for await (const record of queryEvents(this.deps.telemetry, tenant, { source, keptSince, months })) {
      // events of the same time come in no order
      const isOver = [...records.values()].every((known) => instantOfEvent(known) > instantOfEvent(record));
      if (records.size === clears.length && isOver) break;
      for (const clear of clears) {
        const known = records.get(clear);
        if (mayMean(clear, record) && (known === undefined || isLater(record, known))) records.set(clear, record);
      }
    }
    for (const clear of clears) {
      const record = records.get(clear);
      if (record === undefined) continue;
      const { id } = record.event;
      found.set(id, { record, clears: [...(found.get(id)?.clears ?? []), clear] });
    }
    await this.settle(tenant, source, { clears, records, settleBefore });
    return found;
  }

  /** The event as readers see it. It reads more only when something may wait for the event. */
  async applied(tenant: string, record: EventRecord, keptSince: number): Promise<EventRecord> {
    if (Object.keys(record.event.fragments).length === 0) return record;
    const clears = await this.meaning(tenant, record, keptSince);
    return cleared(record, clears);
  }

  /** A deleted event takes the messages with it that mean it: they do not mean the event before it. */
  async forget(tenant: string, record: EventRecord, keptSince: number): Promise<void> {
    const { source } = record.event;
    for (const clear of await this.meaning(tenant, record, keptSince)) {
      await removeEventClear(this.deps.telemetry, tenant, source, clear);
    }
  }

  private async meaning(tenant: string, record: EventRecord, keptSince: number): Promise<readonly EventClear[]> {
    const { source, id } = record.event;
    const catalogue = await this.catalogueOf(tenant, source);
    if (!catalogue.clears.some((clear) => mayMean(clear, record))) return [];
    return (await this.meant(tenant, source, catalogue, keptSince)).get(id)?.clears ?? [];
  }

  private async settle(tenant: string, source: string, { clears, records, settleBefore }: Settling): Promise<void> {
    const horizon = this.deps.clock.now() - JOURNAL_WINDOW_MS;
    const written = new Map<string, EventRecord>();
    for (const [index, clear] of clears.entries()) {
      const isOld = millisOf(clear.asOf) < horizon || index < clears.length - JOURNAL_LIMIT;
      if (!isOld || (settleBefore !== undefined && clear.asOf >= settleBefore)) continue;
      const record = records.get(clear);
      if (record !== undefined) {
        const before = written.get(record.event.id) ?? record;
        const after = cleared(before, [clear]);
        // another change came in between: the next reader does it
        if (after !== before && !(await replaceEvent(this.deps.telemetry, tenant, after)).ok) continue;
        written.set(record.event.id, { ...after, version: after === before ? before.version : before.version + 1 });
      }
      await removeEventClear(this.deps.telemetry, tenant, source, clear);
    }
  }
}
