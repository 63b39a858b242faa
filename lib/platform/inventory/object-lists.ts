import type { Clock } from '../../base/clock';
import { printJson } from '../../base/exact-json';
import type { Table } from '../../storage/table';
import type { ManagedObject } from '../model';
import { delist, type InventoryList, type ListEntry, listedEntries } from './list-items';
import { getObjects, type ObjectRecord } from './object-items';
import { listsOf, managedObjectOf } from './object-members';

/** Which objects are wanted. All conditions hold. */
export interface InventoryFilter {
  readonly type?: string;
  readonly fragmentType?: string;
  readonly owner?: string;
  readonly ids?: readonly string[];
  /** A part of the name. Upper and lower case do not matter. */
  readonly text?: string;
}

const FIRST_LOAD = 10;
const LARGEST_LOAD = 100;
/** Ms. A list entry without an object that is younger belongs to a creation under way. */
const CREATION_MS = 60_000;

/** Objects in the order of their ids, or of `ids`. They are loaded when the caller gets to them. */
export async function* listObjects(
  registry: Table,
  clock: Clock,
  tenant: string,
  filter: InventoryFilter,
): AsyncGenerator<ManagedObject> {
  if (filter.ids !== undefined) {
    const records = await getObjects(registry, tenant, filter.ids);
    yield* records.filter((record) => matches(record, filter)).map(managedObjectOf);
    return;
  }
  const list = narrowest(filter);
  for await (const entries of batches(listedEntries(registry, tenant, list))) {
    const records = await getObjects(
      registry,
      tenant,
      entries.map((entry) => entry.id),
    );
    const members = records.filter((record) => belongs(record, list));
    yield* members.filter((record) => matches(record, filter)).map(managedObjectOf);
    const stale = entries.filter(({ id }) => !members.some((record) => record.id === id));
    await dropStale(registry, clock, tenant, list, stale);
  }
}

async function* batches(entries: AsyncIterable<ListEntry>): AsyncGenerator<ListEntry[]> {
  let batch: ListEntry[] = [];
  let size = FIRST_LOAD;
  for await (const entry of entries) {
    batch.push(entry);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
    size = LARGEST_LOAD;
  }
  if (batch.length > 0) yield batch;
}

/** Removes entries that a reader has met and whose object has left the list or was never created. */
async function dropStale(
  registry: Table,
  clock: Clock,
  tenant: string,
  list: InventoryList,
  entries: readonly ListEntry[],
): Promise<void> {
  for (const { id, asOf, writtenAt } of entries) {
    if (writtenAt + CREATION_MS < clock.now()) await delist(registry, tenant, id, list, asOf);
  }
}

/**
 * The list that is expected to be the shortest: a type has fewer objects than a fragment, a fragment fewer than an
 * owner. The other conditions are checked on the object.
 */
function narrowest({ type, fragmentType, owner }: InventoryFilter): InventoryList {
  if (type !== undefined) return { by: 'type', value: type };
  if (fragmentType !== undefined) return { by: 'fragment', value: fragmentType };
  return owner === undefined ? { by: 'all' } : { by: 'owner', value: owner };
}

const belongs = (record: ObjectRecord, list: InventoryList): boolean =>
  listsOf(record).some((own) => printJson(own) === printJson(list));

function matches({ owner, members }: ObjectRecord, filter: InventoryFilter): boolean {
  const { name } = members;
  if (filter.type !== undefined && members.type !== filter.type) return false;
  if (filter.fragmentType !== undefined && !Object.hasOwn(members, filter.fragmentType)) return false;
  if (filter.owner !== undefined && owner !== filter.owner) return false;
  if (filter.text === undefined) return true;
  return typeof name === 'string' && name.toLowerCase().includes(filter.text.toLowerCase());
}
