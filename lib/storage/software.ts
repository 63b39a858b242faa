import { softwareKey } from './keys';
import type { Table } from './table';

/** A device's software list as stored: which object shows it, and the journal as JSON. */
export interface SoftwareItem {
  /** Grows with every write; a writer names the one it read. */
  readonly version: number;
  /** Id of the child addition that shows the list. */
  readonly listId: string;
  readonly journal: string;
}

export async function readSoftware(
  registry: Table,
  tenant: string,
  deviceId: string,
): Promise<SoftwareItem | undefined> {
  const item = await registry.get(softwareKey(tenant, deviceId));
  return item && { version: item.v, listId: item.list, journal: item.j };
}

/** False when another writer was faster. */
export async function writeSoftware(
  registry: Table,
  tenant: string,
  deviceId: string,
  { version, listId, journal }: SoftwareItem,
): Promise<boolean> {
  const put = await registry.put(
    { ...softwareKey(tenant, deviceId), v: version, list: listId, j: journal },
    version === 1 ? { text: 'attribute_not_exists(pk)' } : { text: 'v = :before', values: { ':before': version - 1 } },
  );
  return put.ok;
}
