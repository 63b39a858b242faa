import { printJson } from '../../base/exact-json';
import type { Json } from '../../base/json';
import { externalIdKey, objectKey } from '../../storage/keys';
import type { Expression, Item, Table } from '../../storage/table';
import type { ObjectRecord } from '../inventory/object-items';
import { REQUIREMENT } from '../inventory/requirement';

/** Condition: nothing has changed the requirement since the object was read. */
export const sameRequirement = ({ requirement }: ObjectRecord): Expression =>
  requirement === undefined
    ? { text: 'attribute_exists(pk) AND attribute_not_exists(rj)' }
    : { text: 'rj = :rj0', values: { ':rj0': requirement } };

/**
 * Writes the journal of the requirement and the member that follows from it: `rj` = journal as JSON. False when the
 * journal has changed since the object was read, and when the object is gone.
 */
export async function writeRequirement(
  registry: Table,
  tenant: string,
  read: ObjectRecord,
  next: { readonly journal: string; readonly value: Json | undefined; readonly since: string },
): Promise<boolean> {
  const names = { '#f': 'f', '#a': 'a', '#m': REQUIREMENT };
  const values: Item = { ':rj': next.journal, ':since': next.since };
  let text = 'SET rj = :rj, #a.#m = :since';
  if (next.value === undefined) text += ' REMOVE #f.#m';
  else {
    text += ', #f.#m = :m';
    values[':m'] = printJson(next.value);
  }
  const done = await registry.update(objectKey(tenant, read.id), { text, names, values }, sameRequirement(read));
  return done.ok;
}

/**
 * Stores the requirement in the item of the device's serial too, which every message reads anyway: `q` = minutes, `qv` =
 * version of the requirement. An older version does not overwrite a newer one.
 */
export async function requireOfSerial(
  registry: Table,
  tenant: string,
  { type, externalId, id }: { readonly type: string; readonly externalId: string; readonly id: string },
  { responseInterval, version }: { readonly responseInterval: number | undefined; readonly version: number },
): Promise<void> {
  const isNewer = { text: 'i = :i AND (attribute_not_exists(qv) OR qv <= :qv)', values: { ':i': id } };
  const change =
    responseInterval === undefined
      ? { text: 'SET qv = :qv REMOVE q', values: { ':qv': version } }
      : { text: 'SET qv = :qv, q = :q', values: { ':qv': version, ':q': responseInterval } };
  await registry.update(externalIdKey(tenant, type, externalId), change, isNewer);
}
