import { defined } from '../../base/defined';
import type { Result } from '../../base/result';
import { externalIdKey, objectExternalIdKey, objectPartition } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { ConditionFailed, Item, Table } from '../../storage/table';

/** External id → managed object, and what is still to be done where a device is being created under it. */
export interface ExternalIdRecord {
  readonly type: string;
  readonly externalId: string;
  readonly managedObjectId: string;
  /** JSON: how to complete the creation; absent once the object is there. */
  readonly creating?: string;
  /** Minutes between signs of life that are required of the device, where they are. */
  readonly responseInterval?: number;
}

export async function getExternalId(
  registry: Table,
  tenant: string,
  type: string,
  externalId: string,
): Promise<ExternalIdRecord | undefined> {
  const item = await registry.get(externalIdKey(tenant, type, externalId));
  return item && recordOf(item);
}

/** Takes the name, unless it is taken: the arbiter of who creates a device. */
export function takeExternalId(
  registry: Table,
  tenant: string,
  { type, externalId, managedObjectId, creating, responseInterval }: ExternalIdRecord,
): Promise<Result<void, ConditionFailed>> {
  return registry.put(
    {
      ...externalIdKey(tenant, type, externalId),
      y: type,
      x: externalId,
      i: managedObjectId,
      g: creating,
      q: responseInterval,
    },
    { text: 'attribute_not_exists(pk)' },
  );
}

/** The creation under this name is complete. */
export async function settleExternalId(registry: Table, tenant: string, record: ExternalIdRecord): Promise<void> {
  await registry.update(
    externalIdKey(tenant, record.type, record.externalId),
    { text: 'REMOVE g' },
    { text: 'i = :i', values: { ':i': record.managedObjectId } },
  );
}

/**
 * Gives an unfinished creation another object id, where its first turned out to be taken; false when somebody else did.
 */
export async function reassignExternalId(
  registry: Table,
  tenant: string,
  record: ExternalIdRecord,
  managedObjectId: string,
): Promise<boolean> {
  const done = await registry.update(
    externalIdKey(tenant, record.type, record.externalId),
    { text: 'SET i = :new', values: { ':new': managedObjectId } },
    { text: 'i = :old AND attribute_exists(g)', values: { ':old': record.managedObjectId } },
  );
  return done.ok;
}

/** Lists the name with its object, so that it is found from there. */
export async function listExternalId(registry: Table, tenant: string, record: ExternalIdRecord): Promise<void> {
  const { type, externalId, managedObjectId } = record;
  await registry.put({ ...objectExternalIdKey(tenant, managedObjectId, type, externalId), y: type, x: externalId });
}

/** Gives the name up: the name first, because one that points nowhere would keep its device from being made again. */
export async function releaseExternalId(registry: Table, tenant: string, record: ExternalIdRecord): Promise<void> {
  const { type, externalId, managedObjectId } = record;
  await registry.delete(externalIdKey(tenant, type, externalId), {
    text: 'i = :i',
    values: { ':i': managedObjectId },
  });
  await registry.delete(objectExternalIdKey(tenant, managedObjectId, type, externalId));
}

/** All names of an object. */
export async function* externalIdsOf(registry: Table, tenant: string, id: string): AsyncGenerator<ExternalIdRecord> {
  const where = {
    text: 'pk = :pk AND begins_with(sk, :prefix)',
    values: { ':pk': objectPartition(tenant, id), ':prefix': 'XID#' },
  };
  for await (const item of growingPages(registry, { where })) {
    yield { type: item.y, externalId: item.x, managedObjectId: id };
  }
}

const recordOf = (item: Item): ExternalIdRecord =>
  defined({
    type: item.y,
    externalId: item.x,
    managedObjectId: item.i,
    creating: item.g,
    responseInterval: item.q,
  });
