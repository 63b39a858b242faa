import { defined } from '../../base/defined';
import type { Result } from '../../base/result';
import { withPrefix } from '../../storage/key-conditions';
import { externalIdKey, objectExternalIdKey, objectPartition } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { ConditionFailed, Expression, Item, Table } from '../../storage/table';

/**
 * An external id, the managed object it leads to, and how to complete the device's creation while that is under way.
 */
export interface ExternalIdRecord {
  readonly type: string;
  readonly externalId: string;
  readonly managedObjectId: string;
  /** JSON that says how to complete the creation; absent once the object exists. */
  readonly creating?: string;
  /** Minutes within which a sign of life is required of the device; absent when nothing is required. */
  readonly responseInterval?: number;
  /** Until when nobody may remember where it leads, because its object is being deleted; ms since the epoch. */
  readonly closingUntil?: number;
}

/** One strongly consistent read; undefined when nobody has taken the external id. */
export async function getExternalId(
  registry: Table,
  tenant: string,
  type: string,
  externalId: string,
): Promise<ExternalIdRecord | undefined> {
  const item = await registry.get(externalIdKey(tenant, type, externalId));
  return item && recordOf(item);
}

/** Takes an external id, unless it is taken. Whoever succeeds creates the device. */
export function takeExternalId(
  registry: Table,
  tenant: string,
  { type, externalId, managedObjectId, creating, responseInterval }: ExternalIdRecord,
): Promise<Result<void, ConditionFailed>> {
  return registry.create({
    ...externalIdKey(tenant, type, externalId),
    y: type,
    x: externalId,
    i: managedObjectId,
    g: creating,
    q: responseInterval,
  });
}

/** Marks the creation under this external id as complete; undefined when the external id leads elsewhere by now. */
export async function settleExternalId(
  registry: Table,
  tenant: string,
  record: ExternalIdRecord,
): Promise<ExternalIdRecord | undefined> {
  const settled = await registry.update(
    externalIdKey(tenant, record.type, record.externalId),
    { text: 'REMOVE g' },
    leadsTo(record),
    'ALL_NEW',
  );
  return settled.ok ? recordOf(settled.value) : undefined;
}

/** Says that an external id will be given up: until then nobody may remember where it leads. */
export async function closeExternalId(
  registry: Table,
  tenant: string,
  record: ExternalIdRecord,
  until: number,
): Promise<void> {
  await registry.update(
    externalIdKey(tenant, record.type, record.externalId),
    { text: 'SET z = :until', values: { ':until': until } },
    leadsTo(record),
  );
}

const leadsTo = ({ managedObjectId }: ExternalIdRecord): Expression => ({
  text: 'i = :i',
  values: { ':i': managedObjectId },
});

/**
 * Gives an unfinished creation another object id, because its first one is taken. False when another writer was faster.
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

/** Those external ids that lead to the object. A list has more after a creation that was cut short or overtaken. */
export async function leadingTo<T extends Pick<ExternalIdRecord, 'type' | 'externalId'>>(
  registry: Table,
  tenant: string,
  id: string,
  listed: readonly T[],
): Promise<T[]> {
  const keys = listed.map(({ type, externalId }) => externalIdKey(tenant, type, externalId));
  const own = new Set((await registry.batchGet(keys)).filter((item) => item.i === id).map(({ pk }) => String(pk)));
  return listed.filter((_, at) => own.has(String(keys[at]?.pk)));
}

/** Lists an external id with its object, so that it is found from the object. */
export async function listExternalId(registry: Table, tenant: string, record: ExternalIdRecord): Promise<void> {
  const { type, externalId, managedObjectId } = record;
  await registry.put({ ...objectExternalIdKey(tenant, managedObjectId, type, externalId), y: type, x: externalId });
}

/**
 * Gives an external id up. The external id itself goes first: if it stayed and led nowhere, its device could never be
 * created again.
 */
export async function releaseExternalId(registry: Table, tenant: string, record: ExternalIdRecord): Promise<void> {
  const { type, externalId, managedObjectId } = record;
  await registry.delete(externalIdKey(tenant, type, externalId), leadsTo(record));
  await registry.delete(objectExternalIdKey(tenant, managedObjectId, type, externalId));
}

/** All external ids of an object. */
export async function* externalIdsOf(registry: Table, tenant: string, id: string): AsyncGenerator<ExternalIdRecord> {
  const where = withPrefix(objectPartition(tenant, id), 'XID#');
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
    closingUntil: item.z,
  });
