import { softwareKey } from '../../storage/keys';
import type { Table } from '../../storage/table';
import { replaces } from '../../storage/versioned';

/** A device's software list as it is stored: the object that shows it, and the journal. */
export interface SoftwareRecord {
  /** Counts the writes, from 1. */
  readonly version: number;
  /** Id of the child addition that shows the list. */
  readonly listId: string;
  /** JSON that only `software.ts` reads and writes. */
  readonly journal: string;
  /** True once the object is linked to the device as a child addition. */
  readonly linked?: boolean;
}

/** One strongly consistent read; undefined when the device has no list. */
export async function readSoftware(
  registry: Table,
  tenant: string,
  deviceId: string,
): Promise<SoftwareRecord | undefined> {
  const item = await registry.get(softwareKey(tenant, deviceId));
  return item && { version: item.v, listId: item.list, journal: item.j, linked: item.k === true };
}

/** Writes version n over n - 1; false when another writer was faster. */
export async function writeSoftware(
  registry: Table,
  tenant: string,
  deviceId: string,
  { version, listId, journal, linked = false }: SoftwareRecord,
): Promise<boolean> {
  const put = await registry.put(
    { ...softwareKey(tenant, deviceId), v: version, list: listId, j: journal, k: linked },
    replaces(version),
  );
  return put.ok;
}

/**
 * Marks the list as linked. A writer that has read before may undo the mark, and then it links the list again, which
 * changes nothing.
 */
export async function markLinked(registry: Table, tenant: string, deviceId: string): Promise<void> {
  await registry.update(softwareKey(tenant, deviceId), { text: 'SET k = :true', values: { ':true': true } });
}
