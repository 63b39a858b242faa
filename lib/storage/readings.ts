import { createEvent, type StoredEvent } from './event-items';
import { instantOf, timeKeyOf } from './instant';
import { measurementItems, type Retention, type StoredMeasurement } from './measurement-packs';
import { MonthCatalogue } from './months';
import type { ReadingIdentity } from './packed';
import type { Item, Key, Table } from './table';

/** A reading on its way to the telemetry table. */
export type StorableReading =
  | { readonly kind: 'measurement'; readonly measurement: StoredMeasurement; readonly identity: ReadingIdentity }
  | { readonly kind: 'event'; readonly event: StoredEvent };
type StorableMeasurement = Extract<StorableReading, { kind: 'measurement' }>;

/**
 * Writes the readings of one message: a pack per device and UTC hour, an item per event. The same message again writes
 * the same items, so a retry completes what a crash left. A single pack is one PutItem; on a warm instance that is all.
 */
export async function storeReadings(
  telemetry: Table,
  tenant: string,
  readings: readonly StorableReading[],
  retention: Retention,
): Promise<void> {
  const measurements = readings.filter((reading) => reading.kind === 'measurement');
  const events = readings.flatMap((reading) => (reading.kind === 'event' ? [reading.event] : []));
  await noteMonths(telemetry, tenant, [...measurements.map(({ measurement }) => measurement), ...events]);
  const items = byHour(measurements).flatMap((group) => measurementItems(tenant, group, retention));
  await Promise.all([
    writeItems(telemetry, items),
    ...events.map((event) => createEvent(telemetry, tenant, event, retention)),
  ]);
}

async function writeItems(telemetry: Table, items: readonly (Item & Key)[]): Promise<void> {
  const [only] = items;
  if (items.length === 1 && only !== undefined) await telemetry.put(only);
  else await telemetry.batchWrite(items);
}

async function noteMonths(
  telemetry: Table,
  tenant: string,
  readings: readonly { readonly source: string; readonly time: string }[],
): Promise<void> {
  const catalogue = MonthCatalogue.of(telemetry);
  const months = new Map<string, { source: string; month: string }>();
  for (const { source, time } of readings) {
    const { month } = timeKeyOf(instantOf(time) ?? 0);
    months.set(`${source}#${month}`, { source, month });
  }
  await Promise.all([...months.values()].map(({ source, month }) => catalogue.note(tenant, source, month)));
}

/** By device and hour, each reading once: a message may say the same thing twice. */
function byHour(measurements: readonly StorableMeasurement[]): StorableMeasurement[][] {
  const groups = new Map<string, Map<string, StorableMeasurement>>();
  for (const reading of measurements) {
    const { source, time, id } = reading.measurement;
    const { month, hour } = timeKeyOf(instantOf(time) ?? 0);
    const name = `${source}#${month}${hour}`;
    const group = groups.get(name) ?? new Map<string, StorableMeasurement>();
    groups.set(name, group.set(id, reading));
  }
  return [...groups.values()].map((group) => [...group.values()]);
}
