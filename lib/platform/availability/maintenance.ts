import type { Table } from '../../storage/table';
import { getObject } from '../inventory/object-items';
import { type MaintenanceTimes, maintenanceTimesOf } from '../requirement/requirement-journal';

/** When a device was in maintenance lately; undefined when it was not. One strongly consistent read. */
export async function maintenanceOf(
  registry: Table,
  tenant: string,
  id: string,
): Promise<MaintenanceTimes | undefined> {
  const record = await getObject(registry, tenant, id);
  return record && maintenanceTimesOf(record);
}
