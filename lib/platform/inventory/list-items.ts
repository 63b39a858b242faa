import { inPartition } from '../../storage/key-conditions';
import { inventoryListKey } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { Table } from '../../storage/table';

/** A list of managed objects: all of a tenant, those of a type, those with a fragment, those of an owner. */
export type InventoryList =
  | { readonly by: 'all' }
  | { readonly by: 'type' | 'fragment' | 'owner'; readonly value: string };

/**
 * Puts an object into a list. Lists are hints, in the order of ids: an object is in every list that it belongs to, and
 * for a moment perhaps in one that it has left. So readers check the object. An entry keeps the as-of of the change
 * that made it, and an older change that arrives later cannot remove it. It also keeps when it was written (w): the
 * object follows soon after.
 */
export async function enlist(
  registry: Table,
  tenant: string,
  id: string,
  list: InventoryList,
  { asOf, writtenAt }: Omit<ListEntry, 'id'>,
): Promise<void> {
  await registry.put(
    { ...inventoryListKey(tenant, list, id), a: asOf, w: writtenAt },
    { text: 'attribute_not_exists(a) OR a <= :a', values: { ':a': asOf } },
  );
}

/** Takes an object out of a list, unless a newer change has put it there. */
export async function delist(
  registry: Table,
  tenant: string,
  id: string,
  list: InventoryList,
  asOf: string,
): Promise<void> {
  await registry.delete(inventoryListKey(tenant, list, id), { text: 'a <= :a', values: { ':a': asOf } });
}

/** Puts a new object into its lists. */
export const enlistNew = (
  registry: Table,
  tenant: string,
  id: string,
  lists: readonly InventoryList[],
  { asOf, writtenAt }: Omit<ListEntry, 'id'>,
): Promise<void> =>
  registry.batchWrite(lists.map((list) => ({ ...inventoryListKey(tenant, list, id), a: asOf, w: writtenAt })));

/** An object in a list, and the as-of of the change that put it there. */
export interface ListEntry {
  readonly id: string;
  readonly asOf: string;
  /** When the entry was written, ms since the epoch. A change that waited in a queue has an as-of long before. */
  readonly writtenAt: number;
}

/** The entries of a list, by ascending id. */
export async function* listedEntries(registry: Table, tenant: string, list: InventoryList): AsyncGenerator<ListEntry> {
  const where = inPartition(inventoryListKey(tenant, list, '').pk);
  for await (const item of growingPages(registry, { where })) {
    yield { id: String(item.sk), asOf: String(item.a), writtenAt: Number(item.w) };
  }
}
