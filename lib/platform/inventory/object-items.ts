import { defined } from '../../base/defined';
import type { Json, JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { objectKey } from '../../storage/keys';
import type { ConditionFailed, Expression, Item, Table } from '../../storage/table';

/** A managed object as it is stored; every top-level member keeps the as-of of its last change. */
export interface ObjectRecord {
  readonly id: string;
  readonly owner: string;
  /** Ms since the epoch. */
  readonly createdAt: number;
  /** All top-level members but id, owner and times: name, type and fragments. */
  readonly members: JsonObject;
  /** Member → as-of of its last change, removed ones too: an older change must not bring them back. */
  readonly asOf: Readonly<Record<string, string>>;
  /** Data made it before anything said what it is. */
  readonly automatic?: true;
  /** As-of of the message that said what it is. */
  readonly named?: string;
  /** The external id it was created under, where it was: tells a finished creation from an id that was taken. */
  readonly createdFor?: string;
}

/** As-of of what an object was created with, when any later word about it, however early, shall win. */
export const CREATED = '0';

/** Members per update: DynamoDB's expression is at most 4 KB. */
export const MEMBERS_PER_UPDATE = 20;

export interface MemberChange {
  readonly set: JsonObject;
  readonly remove: readonly string[];
  readonly asOf: string;
  /** Leave members alone that exist already, unless they came the same way with a later as-of. */
  readonly onlyIfAbsent?: boolean;
}

/**
 * f = members as JSON texts, a = as-of per member, i = as-of of members set only because they were absent, o = owner,
 * c = created (ms), p = automatic, n = named,
 * x = created for.
 */
export async function insertObject(
  registry: Table,
  tenant: string,
  record: ObjectRecord,
): Promise<Result<void, ConditionFailed>> {
  return registry.put(
    {
      ...objectKey(tenant, record.id),
      f: Object.fromEntries(Object.entries(record.members).map(([name, value]) => [name, JSON.stringify(value)])),
      a: record.asOf,
      i: {},
      o: record.owner,
      c: record.createdAt,
      p: record.automatic || undefined,
      n: record.named,
      x: record.createdFor,
    },
    { text: 'attribute_not_exists(pk)' },
  );
}

export async function deleteObject(registry: Table, tenant: string, id: string): Promise<void> {
  await registry.delete(objectKey(tenant, id));
}

export async function getObject(registry: Table, tenant: string, id: string): Promise<ObjectRecord | undefined> {
  const item = await registry.get(objectKey(tenant, id));
  return item && recordOf(id, item);
}

/** Those that exist, in the order asked for. */
export async function getObjects(registry: Table, tenant: string, ids: readonly string[]): Promise<ObjectRecord[]> {
  const items = await registry.batchGet(ids.map((id) => objectKey(tenant, id)));
  const found = new Map(items.map((item) => [String(item.pk), item]));
  return ids.flatMap((id) => {
    const item = found.get(objectKey(tenant, id).pk);
    return item === undefined ? [] : [recordOf(id, item)];
  });
}

/**
 * One conditional write, no read: every member of the change is at least as new as what is there, or nothing happens.
 * Returns the object as it was before.
 */
export async function changeMembers(
  registry: Table,
  tenant: string,
  id: string,
  change: MemberChange,
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

/** DynamoDB has no error of its own for an item over 400 KB. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationException' && /item size/i.test(error.message);

export function recordOf(id: string, item: Item): ObjectRecord {
  const members = Object.entries(item.f as Record<string, string>);
  return defined({
    id,
    owner: item.o,
    createdAt: item.c,
    members: Object.fromEntries(members.map(([name, text]) => [name, JSON.parse(text) as Json])),
    asOf: item.a,
    automatic: item.p === true || undefined,
    named: item.n,
    createdFor: item.x,
  });
}

function expressions({ set, remove, asOf, onlyIfAbsent }: MemberChange): { update: Expression; condition: Expression } {
  const names: Record<string, string> = { '#f': 'f', '#a': 'a', ...(onlyIfAbsent && { '#i': 'i' }) };
  const values: Item = { ':as': asOf };
  const sets: string[] = [];
  const removes: string[] = [];
  const conditions = ['attribute_exists(pk)'];
  const member = (name: string): string => {
    const placeholder = `#${Object.keys(names).length}`;
    names[placeholder] = name;
    return placeholder;
  };
  for (const [name, value] of Object.entries(set)) {
    const m = member(name);
    values[`:${m.slice(1)}`] = JSON.stringify(value);
    sets.push(`#f.${m} = :${m.slice(1)}`, `#a.${m} = :as`, ...(onlyIfAbsent ? [`#i.${m} = :as`] : []));
    conditions.push(onlyIfAbsent ? absent(m) : notOlder(m));
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

const notOlder = (m: string): string => `(attribute_not_exists(#a.${m}) OR #a.${m} <= :as)`;
/** Never there, removed before, or put there by a later message of the same kind: the first one wins. */
const absent = (m: string): string =>
  `((attribute_not_exists(#f.${m}) AND ${notOlder(m)}) OR (#a.${m} = #i.${m} AND #a.${m} >= :as))`;
