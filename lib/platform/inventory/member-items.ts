import type { JsonObject } from '../../base/json';
import { objectKey } from '../../storage/keys';
import type { Item, Table } from '../../storage/table';
import { type ObjectRecord, WITHIN } from './object-items';

/** New values of members, made from the values that were read, with their as-ofs. */
export interface MemberMerge {
  readonly set: JsonObject;
  /** Member or path → as-of. */
  readonly asOf: Readonly<Record<string, string>>;
}

/**
 * Writes the members, unless something about one of them has changed since it was read: its as-of, that of the member as
 * a whole, or the journal of parameters, which every change by path writes. Values alone do not tell, because a member
 * that was removed meanwhile may not have been there before either. With `parameters` it writes that journal too. False
 * when something has changed, and when the object is gone.
 */
export async function replaceMembers(
  registry: Table,
  tenant: string,
  read: ObjectRecord,
  { set, asOf }: MemberMerge,
  parameters?: string,
): Promise<boolean> {
  // DynamoDB refuses names that no expression uses; a change that is older than all members writes the journal alone
  const names: Record<string, string> = Object.keys(set).length > 0 ? { '#f': 'f', '#a': 'a' } : {};
  const values: Item = {};
  const sets: string[] = [];
  const conditions = ['attribute_exists(pk)', unchanged('pj', ':pj0', read.parameters)];
  if (read.parameters !== undefined) values[':pj0'] = read.parameters;
  if (parameters !== undefined) {
    values[':pj'] = parameters;
    sets.push('pj = :pj');
  }
  for (const [index, [name, value]] of Object.entries(set).entries()) {
    names[`#m${index}`] = name;
    values[`:m${index}`] = JSON.stringify(value);
    sets.push(`#f.#m${index} = :m${index}`);
    for (const [kind, known] of [
      ['m', name],
      ['w', `${name}${WITHIN}`],
    ] as const) {
      names[`#${kind}${index}`] = known;
      const before = read.asOf[known];
      if (before !== undefined) values[`:${kind}b${index}`] = before;
      conditions.push(unchanged(`#a.#${kind}${index}`, `:${kind}b${index}`, before));
    }
  }
  for (const [index, [name, at]] of Object.entries(asOf).entries()) {
    names[`#a${index}`] = name;
    values[`:a${index}`] = at;
    sets.push(`#a.#a${index} = :a${index}`);
  }
  if (sets.length === 0) return true;
  const change = { text: `SET ${sets.join(', ')}`, names, values };
  const done = await registry.update(objectKey(tenant, read.id), change, { text: conditions.join(' AND ') });
  return done.ok;
}

const unchanged = (attribute: string, placeholder: string, before: string | undefined): string =>
  before === undefined ? `attribute_not_exists(${attribute})` : `${attribute} = ${placeholder}`;
