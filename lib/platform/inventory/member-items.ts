import type { JsonObject } from '../../base/json';
import { objectKey } from '../../storage/keys';
import type { Item, Table } from '../../storage/table';
import { getObject, type ObjectRecord } from './object-items';

/** New values of members, made from the values that were read, with their as-ofs. */
export interface MemberMerge {
  readonly set: JsonObject;
  /** Member or path → as-of. */
  readonly asOf: Readonly<Record<string, string>>;
}

/**
 * Writes the members, unless one of them has changed since it was read. False in that case, and when the object is
 * gone.
 */
export async function replaceMembers(
  registry: Table,
  tenant: string,
  read: ObjectRecord,
  { set, asOf }: MemberMerge,
): Promise<boolean> {
  const names: Record<string, string> = { '#f': 'f', '#a': 'a' };
  const values: Item = {};
  const sets: string[] = [];
  const conditions = ['attribute_exists(pk)'];
  for (const [index, [name, value]] of Object.entries(set).entries()) {
    names[`#m${index}`] = name;
    values[`:m${index}`] = JSON.stringify(value);
    sets.push(`#f.#m${index} = :m${index}`);
    const before = read.members[name];
    if (before !== undefined) values[`:b${index}`] = JSON.stringify(before);
    conditions.push(before === undefined ? `attribute_not_exists(#f.#m${index})` : `#f.#m${index} = :b${index}`);
  }
  for (const [index, [name, at]] of Object.entries(asOf).entries()) {
    names[`#a${index}`] = name;
    values[`:a${index}`] = at;
    sets.push(`#a.#a${index} = :a${index}`);
  }
  const change = { text: `SET ${sets.join(', ')}`, names, values };
  const done = await registry.update(objectKey(tenant, read.id), change, { text: conditions.join(' AND ') });
  if (done.ok || !done.error.maybeOwn) return done.ok;
  const found = await getObject(registry, tenant, read.id);
  return found !== undefined && Object.entries(asOf).every(([name, at]) => found.asOf[name] === at);
}
