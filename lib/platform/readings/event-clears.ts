import type { PlatformDeps } from '../call';
import { JOURNAL_LIMIT, JOURNAL_WINDOW_MS, millisOf } from '../journal';
import { cleared, type EventClear, type EventRecord, mayMean } from './event-changes';
import { type EventCatalogue, eventCatalogueOf, removeEventClear } from './event-clear-items';
import { queryEvents, replaceEvent } from './event-items';

/** An event as it is stored, and the messages that mean it. */
export interface MeantEvent {
  readonly record: EventRecord;
  readonly clears: readonly EventClear[];
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
   * received before it. Where messages wait, it costs a query of the events. It also applies the messages that are too
   * old to be overtaken.
   */
  async meant(
    tenant: string,
    source: string,
    { months, clears }: EventCatalogue,
    keptSince: number,
  ): Promise<ReadonlyMap<string, MeantEvent>> {
    const found = new Map<string, MeantEvent>();
    const records = new Map<EventClear, EventRecord>();
    if (clears.length === 0) return found;
    for await (const record of queryEvents(this.deps.telemetry, tenant, { source, keptSince, months })) {
      const own = clears.filter((clear) => !records.has(clear) && mayMean(clear, record));
      for (const clear of own) records.set(clear, record);
      if (own.length > 0) found.set(record.event.id, { record, clears: own });
      if (records.size === clears.length) break;
    }
    await this.settle(tenant, source, clears, records);
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

  private async settle(
    tenant: string,
    source: string,
    clears: readonly EventClear[],
    records: ReadonlyMap<EventClear, EventRecord>,
  ): Promise<void> {
    const horizon = this.deps.clock.now() - JOURNAL_WINDOW_MS;
    const written = new Map<string, EventRecord>();
    for (const [index, clear] of clears.entries()) {
      const isOld = millisOf(clear.asOf) < horizon || index < clears.length - JOURNAL_LIMIT;
      if (!isOld) continue;
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
