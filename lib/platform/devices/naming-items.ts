import { printJson } from '../../base/exact-json';
import type { JsonObject } from '../../base/json';
import { ok, type Result } from '../../base/result';
import { objectKey } from '../../storage/keys';
import type { ConditionFailed, Item, Table } from '../../storage/table';
import { type GivenPlace, type Link, placeText } from '../inventory/link-items';
import { CREATED, type ObjectRecord, recordOf } from '../inventory/object-items';

/** A message that says what a device is. */
export interface Naming {
  readonly set: JsonObject;
  readonly remove: readonly string[];
  readonly asOf: string;
  /** Where the message puts the object; absent when it says nothing of that. */
  readonly parent?: Link;
  /** An object that data created before this moment can no longer be named, ms since the epoch. */
  readonly createdSince: number;
}

/**
 * Whether a message may still say what an object is. It may when data created the object a moment before, or when a
 * later message has said it. So the earliest of several messages counts, in whatever order they arrive. The same
 * message may come again.
 */
export function isNameable({ automatic, createdAt, named }: ObjectRecord, { asOf, createdSince }: Naming): boolean {
  if (named !== undefined) return named >= asOf;
  return automatic === true && createdAt >= createdSince;
}

/**
 * Names an object with one conditional write. Members that somebody has changed since the creation are not touched: the
 * condition fails, and the caller leaves them out. What it writes counts as there from the creation, so that any change
 * wins over it. The place in the hierarchy is part of the same write. Returns the object as it is then.
 */
export async function nameObject(
  registry: Table,
  tenant: string,
  id: string,
  { set, remove, asOf, createdSince, parent }: Naming,
): Promise<Result<ObjectRecord, ConditionFailed>> {
  const members = [...Object.keys(set), ...remove];
  // DynamoDB refuses placeholders that nothing uses
  const names: Record<string, string> = members.length === 0 ? {} : { '#f': 'f', '#a': 'a' };
  const values: Item = { ':as': asOf, ':since': createdSince, ':true': true };
  if (members.length > 0) values[':created'] = CREATED;
  const sets = ['n = :as'];
  const removes: string[] = [];
  const conditions = ['attribute_exists(pk)', '((p = :true AND attribute_not_exists(n) AND c >= :since) OR n >= :as)'];
  for (const [at, name] of members.entries()) {
    names[`#${at}`] = name;
    sets.push(`#a.#${at} = :created`);
    conditions.push(`(attribute_not_exists(#a.#${at}) OR #a.#${at} = :created)`);
    if (!(name in set)) removes.push(`#f.#${at}`);
    else {
      values[`:${at}`] = printJson(set[name]);
      sets.push(`#f.#${at} = :${at}`);
    }
  }
  if (parent !== undefined) values[':place'] = new Set([placeText({ ...parent, asOf })]);
  const text = [
    `SET ${sets.join(', ')}`,
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
    ...(parent === undefined ? [] : ['ADD l :place']),
  ].join(' ');
  const done = await registry.update(
    objectKey(tenant, id),
    { text, names, values },
    { text: conditions.join(' AND ') },
    'ALL_NEW',
  );
  return done.ok ? ok(recordOf(id, done.value)) : done;
}

/** Takes a place back that a message has given an object. Returns all places of the object. */
export async function takePlaceBack(
  registry: Table,
  tenant: string,
  id: string,
  place: GivenPlace,
): Promise<readonly GivenPlace[]> {
  const text = placeText({ ...place, isVoid: true });
  const change = { text: 'ADD l :place', values: { ':place': new Set([text]) } };
  const done = await registry.update(objectKey(tenant, id), change, { text: 'attribute_exists(pk)' }, 'ALL_NEW');
  return done.ok ? (recordOf(id, done.value).places ?? []) : [];
}
