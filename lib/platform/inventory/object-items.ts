import { defined } from '../../base/defined';
import { parseJson, printJson } from '../../base/exact-json';
import type { Json, JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { ItemLimitError } from '../../storage/item-limits';
import { objectKey } from '../../storage/keys';
import type { ConditionFailed, Expression, Item, Table } from '../../storage/table';
import { type GivenPlace, parsePlace, placeText } from './link-items';

/** A managed object as it is stored. Every top-level member has the as-of of its last change. */
export interface ObjectRecord {
  readonly id: string;
  readonly owner: string;
  /** Ms since the epoch. */
  readonly createdAt: number;
  /** All top-level members but id, owner and times: name, type and fragments. */
  readonly members: JsonObject;
  /**
   * Member → as-of of its last change. Removed members are in it too, so that an older change does not bring them back.
   */
  readonly asOf: Readonly<Record<string, string>>;
  /** Data of the device created it, and no message has said what it is. */
  readonly automatic?: true;
  /** As-of of the message that said what it is; absent before. */
  readonly named?: string;
  /** The places in the hierarchy that messages gave it; absent when none did. */
  readonly places?: readonly GivenPlace[];
  /** The external id that it was created for. A retry can tell its own object from another one with the same id. */
  readonly createdFor?: string;
  /** JSON with the journal of parameters; absent before the device has reported one. */
  readonly parameters?: string;
  /** JSON with the journal of `c8y_RequiredAvailability`; absent before its first change. */
  readonly requirement?: string;
}

/** As-of of members from a creation that any later change shall win over, however old that change is. */
export const CREATED = '0';

/** Separates a member from the path of a value in it. As-ofs of paths are stored beside those of members. */
export const WITHIN = '//';

/** Members in one update. An expression of DynamoDB has at most 4 KB. */
export const MEMBERS_PER_UPDATE = 20;

/** A change of members that all have the same as-of. */
export interface MemberChange {
  readonly set: JsonObject;
  readonly remove: readonly string[];
  readonly asOf: string;
}

/**
 * Stores a new object; fails when the id is taken. Attributes: f = members as JSON texts, a = as-of per member, o =
 * owner, c = created (ms), p = automatic, n = named, l = places, x = created for.
 */
export async function insertObject(
  registry: Table,
  tenant: string,
  record: ObjectRecord,
): Promise<Result<void, ConditionFailed>> {
  return registry.create({
    ...objectKey(tenant, record.id),
    f: Object.fromEntries(Object.entries(record.members).map(([name, value]) => [attributeOf(name), printJson(value)])),
    a: Object.fromEntries(Object.entries(record.asOf).map(([name, at]) => [attributeOf(name), at])),
    o: record.owner,
    c: record.createdAt,
    p: record.automatic || undefined,
    n: record.named,
    l: record.places && new Set(record.places.map(placeText)),
    x: record.createdFor,
  });
}

/** Removes the object's own item and nothing else. */
export async function deleteObject(registry: Table, tenant: string, id: string): Promise<void> {
  await registry.delete(objectKey(tenant, id));
}

/** One strongly consistent read; undefined when there is no such object. */
export async function getObject(registry: Table, tenant: string, id: string): Promise<ObjectRecord | undefined> {
  const item = await registry.get(objectKey(tenant, id));
  return item && recordOf(id, item);
}

/** The objects that exist, in the order of `ids`. */
export async function getObjects(registry: Table, tenant: string, ids: readonly string[]): Promise<ObjectRecord[]> {
  const items = await registry.batchGet(ids.map((id) => objectKey(tenant, id)));
  const found = new Map(items.map((item) => [String(item.pk), item]));
  return ids.flatMap((id) => {
    const item = found.get(objectKey(tenant, id).pk);
    return item === undefined ? [] : [recordOf(id, item)];
  });
}

/**
 * One conditional write and no read. All members of the change are written when each is at least as new as the stored
 * one; otherwise nothing is written. With `onlyListed` nothing is written either when a member would bring the object
 * into a list. Returns the object as it was before.
 */
export async function changeMembers(
  registry: Table,
  tenant: string,
  id: string,
  change: MemberChange & { readonly onlyListed: boolean },
): Promise<Result<ObjectRecord, ConditionFailed | { readonly kind: 'tooLarge' }>> {
  const { update, condition } = expressions(change);
  try {
    const done = await registry.update(objectKey(tenant, id), update, condition, 'ALL_OLD');
    return done.ok ? ok(recordOf(id, done.value)) : done;
  } catch (error) {
    if (isTooLarge(error)) return fail({ kind: 'tooLarge' });
    throw error;
  }
}

/** Whether an item would be over 400 KB. */
const isTooLarge = (error: unknown): boolean => error instanceof ItemLimitError && error.part === 'item';

/**
 * The attribute of a member or path in the maps of an item. The SDK builds its maps by assignment, which makes no member
 * `__proto__`, and it tells a map by its `constructor`. So these two names get a sign before them.
 */
export const attributeOf = (name: string): string => (/^%*(?:__proto__|constructor)$/.test(name) ? `%${name}` : name);
const nameOf = (attribute: string): string =>
  /^%+(?:__proto__|constructor)$/.test(attribute) ? attribute.slice(1) : attribute;

/** Reads an object from its item. */
export function recordOf(id: string, item: Item): ObjectRecord {
  const members = Object.entries(item.f as Record<string, string>);
  return defined({
    id,
    owner: item.o,
    createdAt: item.c,
    members: Object.fromEntries(members.map(([name, text]) => [nameOf(name), parseJson<Json>(text)])),
    asOf: Object.fromEntries(Object.entries(item.a as Record<string, string>).map(([name, at]) => [nameOf(name), at])),
    automatic: item.p === true || undefined,
    named: item.n,
    places: item.l && placesIn(item.l as Set<string>),
    createdFor: item.x,
    requirement: item.rj,
    parameters: item.pj,
  });
}

const placesIn = (texts: Set<string>): GivenPlace[] => [...texts].flatMap((text) => parsePlace(text) ?? []);

function expressions({ set, remove, asOf, onlyListed }: Parameters<typeof changeMembers>[3]): {
  update: Expression;
  condition: Expression;
} {
  const names: Record<string, string> = { '#f': 'f', '#a': 'a' };
  const values: Item = { ':as': asOf };
  const sets: string[] = [];
  const removes: string[] = [];
  const conditions = ['attribute_exists(pk)'];
  const member = (name: string): string => {
    const placeholder = `#${Object.keys(names).length}`;
    names[placeholder] = attributeOf(name);
    return placeholder;
  };
  for (const [name, value] of Object.entries(set)) {
    const m = member(name);
    values[`:${m.slice(1)}`] = printJson(value);
    sets.push(`#f.${m} = :${m.slice(1)}`, `#a.${m} = :as`);
    conditions.push(notOlder(m));
    if (onlyListed) conditions.push(...listed(name, m));
  }
  for (const name of remove) {
    const m = member(name);
    removes.push(`#f.${m}`);
    sets.push(`#a.${m} = :as`);
    conditions.push(notOlder(m));
  }
  const text = `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`;
  return { update: { text, names, values }, condition: { text: conditions.join(' AND ') } };
}

/** The condition that the object is in the list of a member before it is set. The name makes no list. */
function listed(name: string, m: string): readonly string[] {
  if (name === 'name') return [];
  return [name === 'type' ? `#f.${m} = :${m.slice(1)}` : `attribute_exists(#f.${m})`];
}

const notOlder = (m: string): string => `(attribute_not_exists(#a.${m}) OR #a.${m} <= :as)`;
