import { instantOf, timeKeyOf } from '../../base/instant';
import type { Item, Key, Table } from '../../storage/table';
import type { Reading } from '../call';
import type { DeviceEvent } from '../model';
import { createEvent, retractEvent } from './event-items';
import { MonthCatalogue } from './month-items';
import { measurementItems, type Retention } from './packs';

type NewMeasurement = Extract<Reading, { kind: 'measurement' }>;

/**
 * Writes the readings of one message: one pack per device and UTC hour, and one item per event. The same message writes
 * the same items, so a retry completes what a crash has left. A single pack is one PutItem; on a warm instance there is
 * no other call.
 */
export async function storeReadings(
  telemetry: Table,
  tenant: string,
  readings: readonly Reading[],
  retention: Retention,
): Promise<void> {
  const measurements = readings.filter((reading) => reading.kind === 'measurement');
  const events = readings.filter((reading) => reading.kind === 'event');
  const retracted = readings.filter((reading) => reading.kind === 'noEvent');
  const groups = byHour(measurements);
  await noteMonths(telemetry, tenant, [...groups, ...events.map(({ event }) => monthOf(event))]);
  const items = groups.flatMap((group) => measurementItems(tenant, group.readings, retention));
  await Promise.all([
    writeItems(telemetry, items),
    ...events.map((event) => createEvent(telemetry, tenant, event, retention)),
    ...retracted.map((event) => retractEvent(telemetry, tenant, event, retention)),
  ]);
}

async function writeItems(telemetry: Table, items: readonly (Item & Key)[]): Promise<void> {
  const [only] = items;
  if (items.length === 1 && only !== undefined) await telemetry.put(only);
  else await telemetry.batchWrite(items);
}

/** The partition that a reading belongs to. */
interface DeviceMonth {
  readonly source: string;
  readonly month: string;
}

const monthOf = ({ source, time }: DeviceEvent): DeviceMonth => ({
  source,
  month: timeKeyOf(instantOf(time) ?? 0).month,
});

async function noteMonths(telemetry: Table, tenant: string, places: readonly DeviceMonth[]): Promise<void> {
  const catalogue = MonthCatalogue.forTable(telemetry);
  const months = new Map(places.map((place) => [`${place.source}#${place.month}`, place]));
  await Promise.all([...months.values()].map(({ source, month }) => catalogue.note(tenant, source, month)));
}

interface HourGroup extends DeviceMonth {
  readonly readings: readonly NewMeasurement[];
}

/** Groups readings by device and hour. A reading that the message holds twice is kept once. */
function byHour(measurements: readonly NewMeasurement[]): HourGroup[] {
  const groups = new Map<string, DeviceMonth & { readonly byId: Map<string, NewMeasurement> }>();
  for (const reading of measurements) {
    const { source, time, id } = reading.measurement;
    const { month, hour } = timeKeyOf(instantOf(time) ?? 0);
    const name = `${source}#${month}${hour}`;
    const group = groups.get(name) ?? { source, month, byId: new Map() };
    group.byId.set(id, reading);
    groups.set(name, group);
  }
  return [...groups.values()].map(({ source, month, byId }) => ({ source, month, readings: [...byId.values()] }));
}
