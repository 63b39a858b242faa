import { parseJson, printJson } from '../../base/exact-json';
import { inPartition } from '../../storage/key-conditions';
import { eventClearsKey, monthsPartition } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { Table } from '../../storage/table';
import type { EventClear } from './event-changes';
import { expiryOf, type Retention } from './packs';

/** Attributes of the item that are messages: a letter, and the as-of. */
const MARK = 'c';

/** The months of a device's readings, and the messages that wait beside its events. */
export interface EventCatalogue {
  /** As `YYYYMM`, ascending. */
  readonly months: readonly string[];
  /** In the order of the broker. */
  readonly clears: readonly EventClear[];
}

/** One query, which also finds the months. */
export async function eventCatalogueOf(telemetry: Table, tenant: string, device: string): Promise<EventCatalogue> {
  const months: string[] = [];
  const clears: EventClear[] = [];
  for await (const item of growingPages(telemetry, { where: inPartition(monthsPartition(tenant, device)) })) {
    if (item.y === undefined) months.push(String(item.sk));
    for (const [name, value] of Object.entries(item)) {
      if (!/^c\d{13}-/.test(name)) continue;
      clears.push({ asOf: name.slice(MARK.length), type: String(item.y), fragments: parseJson(String(value)) });
    }
  }
  return { months, clears: clears.sort((one, other) => (one.asOf < other.asOf ? -1 : 1)) };
}

/** Keeps a message beside the events of its type: one write. Doing it again changes nothing. */
export async function addEventClear(
  telemetry: Table,
  tenant: string,
  device: string,
  { asOf, type, fragments }: EventClear,
  retention: Retention,
): Promise<void> {
  await telemetry.update(eventClearsKey(tenant, device, type), {
    text: 'SET #c = :c, y = :y, #ttl = :ttl',
    names: { '#c': `${MARK}${asOf}`, '#ttl': 'ttl' },
    values: { ':c': printJson(fragments), ':y': type, ':ttl': expiryOf(retention).ttl },
  });
}

/** Takes a message away that has been applied, or that means no event. */
export async function removeEventClear(
  telemetry: Table,
  tenant: string,
  device: string,
  { asOf, type }: EventClear,
): Promise<void> {
  await telemetry.update(
    eventClearsKey(tenant, device, type),
    { text: 'REMOVE #c', names: { '#c': `${MARK}${asOf}` } },
    { text: 'attribute_exists(pk)' },
  );
}
