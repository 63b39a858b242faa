import { inventoryListKey } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { Table } from '../../storage/table';

/** A list of managed objects: all of a tenant, those of a type, with a fragment, of an owner. */
export type InventoryList =
  | { readonly by: 'all' }
  | { readonly by: 'type' | 'fragment' | 'owner'; readonly value: string };

/**
 * The lists are hints in the order of ids: an object is in every list it belongs to, and perhaps for a moment in one it
 * has left, so readers look at the object. An entry keeps the as-of of the change that made it; an older change coming
 * late cannot take it out.
 */
export async function enlist(
  registry: Table,
  tenant: string,
  id: string,
  list: InventoryList,
  asOf: string,
): Promise<void> {
  await registry.put(
    { ...inventoryListKey(tenant, list, id), a: asOf },
    { text: 'attribute_not_exists(a) OR a <= :a', values: { ':a': asOf } },
  );
}

export async function delist(
  registry: Table,
  tenant: string,
  id: string,
  list: InventoryList,
  asOf: string,
): Promise<void> {
  await registry.delete(inventoryListKey(tenant, list, id), { text: 'a <= :a', values: { ':a': asOf } });
}

/** The entries a new object starts with. */
export const enlistNew = (
  registry: Table,
  tenant: string,
  id: string,
  lists: readonly InventoryList[],
  asOf: string,
): Promise<void> => registry.batchWrite(lists.map((list) => ({ ...inventoryListKey(tenant, list, id), a: asOf })));

export interface ListEntry {
  readonly id: string;
  readonly asOf: string;
}

/** Ascending ids. */
export async function* listedEntries(registry: Table, tenant: string, list: InventoryList): AsyncGenerator<ListEntry> {
  const where = { text: 'pk = :pk', values: { ':pk': inventoryListKey(tenant, list, '').pk } };
  for await (const item of growingPages(registry, { where })) yield { id: String(item.sk), asOf: String(item.a) };
}
