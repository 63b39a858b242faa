import { softwareKey } from '../../storage/keys';
import type { Table } from '../../storage/table';
import { replaces } from '../../storage/versioned';

/** A device's software list as stored: which object shows it, and the journal as JSON. */
export interface SoftwareRecord {
  /** Grows with every write; a writer names the one it read. */
  readonly version: number;
  /** Id of the child addition that shows the list. */
  readonly listId: string;
  readonly journal: string;
  /** The object is a child addition of the device. */
  readonly linked?: boolean;
}

export async function readSoftware(
  registry: Table,
  tenant: string,
  deviceId: string,
): Promise<SoftwareRecord | undefined> {
  const item = await registry.get(softwareKey(tenant, deviceId));
  return item && { version: item.v, listId: item.list, journal: item.j, linked: item.k === true };
}

/** False when another writer was faster. */
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

/** Says that the list is linked; a writer who has read before may take it back, and links once more. */
export async function markLinked(registry: Table, tenant: string, deviceId: string): Promise<void> {
  await registry.update(softwareKey(tenant, deviceId), { text: 'SET k = :true', values: { ':true': true } });
}
