import { isObject, type Json, type JsonObject, own } from '../../base/json';
import type { AsOf } from '../model';
import type { MemberMerge } from './member-items';
import { type MemberChange, type ObjectRecord, WITHIN } from './object-items';

/**
 * Changes single values within members, by path (docs/reference/static-templates.md#device-parameters). A value is
 * written unless it, or its member as a whole, was written later. A member keeps three kinds of as-of: its own, which
 * is the newest of all; one per path that was written alone; and, under the empty path, that of the last time before
 * when it was written as a whole.
 */
export function mergeMembers(
  { members, asOf }: Pick<ObjectRecord, 'members' | 'asOf'>,
  values: JsonObject,
  at: AsOf,
): MemberMerge {
  const stamps = new Map<string, AsOf>();
  const set = new Map<string, Json>();
  for (const [name, value] of Object.entries(values)) {
    const whole = wholeAsOf(asOf, name);
    const isFree = (path: string): boolean => at >= (own(asOf, path) ?? '') && at >= whole;
    const written: string[] = [];
    const merged = merge(own(members, name), value, `${name}${WITHIN}`, isFree, written);
    if (merged === undefined || written.length === 0) continue;
    set.set(name, merged);
    for (const path of written) stamps.set(path, at);
    stamps.set(`${name}${WITHIN}`, whole);
    stamps.set(name, later(own(asOf, name) ?? '', at));
  }
  return { set: Object.fromEntries(set), asOf: Object.fromEntries(stamps) };
}

/**
 * Puts whole values, or their removal, beneath values that were written by path later: an older change that comes late
 * still takes away what is older than it. Empty where nothing is to be done, because the member as a whole is as new.
 */
export function mergeBeneath(
  { members, asOf }: Pick<ObjectRecord, 'members' | 'asOf'>,
  { set, remove, asOf: at }: Pick<MemberChange, 'set' | 'remove' | 'asOf'>,
): MemberMerge {
  const stamps = new Map<string, AsOf>();
  const values = new Map<string, Json>();
  for (const name of [...Object.keys(set), ...remove]) {
    const newest = own(asOf, name) ?? '';
    const whole = wholeAsOf(asOf, name);
    if (newest <= at || newest === whole || at <= whole) continue;
    const later = laterLeaves(own(members, name), `${name}${WITHIN}`, (path) => (own(asOf, path) ?? '') > at);
    if (later === undefined) continue;
    values.set(name, overlaid(own(set, name), later));
    stamps.set(`${name}${WITHIN}`, at);
  }
  return { set: Object.fromEntries(values), asOf: Object.fromEntries(stamps) };
}

/** The object's record after a merge was written. */
export const withMerge = (before: ObjectRecord, { set, asOf }: MemberMerge): ObjectRecord => ({
  ...before,
  members: { ...before.members, ...set },
  asOf: { ...before.asOf, ...asOf },
});

/** The path of each single value within members, with the value. It is the name under which its as-of is stored. */
export function pathsOf(members: JsonObject): Map<string, Json> {
  const found = new Map<string, Json>();
  const collect = (value: Json, path: string): void => {
    if (!isObject(value)) found.set(path, value);
    else for (const [name, member] of Object.entries(value)) collect(member, `${path}/${name}`);
  };
  for (const [name, value] of Object.entries(members)) collect(value, `${name}${WITHIN}`);
  return found;
}

/** What an object holds at a path, and since when: the path or the member as a whole was written then. */
export function valueAt(
  { members, asOf }: Pick<ObjectRecord, 'members' | 'asOf'>,
  path: string,
): { readonly value: Json | undefined; readonly asOf: AsOf } {
  const name = path.slice(0, path.indexOf(WITHIN));
  const names = path
    .slice(name.length + WITHIN.length)
    .split('/')
    .slice(1);
  const value = names.reduce<Json | undefined>(
    (inner, part) => (isObject(inner) && Object.hasOwn(inner, part) ? inner[part] : undefined),
    Object.hasOwn(members, name) ? members[name] : undefined,
  );
  return { value, asOf: later(own(asOf, path) ?? '', wholeAsOf(asOf, name)) };
}

/** What of a value was written by path later. */
function laterLeaves(value: Json | undefined, path: string, isLater: (path: string) => boolean): Json | undefined {
  if (!isObject(value)) return isLater(path) ? value : undefined;
  const kept = Object.entries(value).flatMap(([name, member]) => {
    const leaves = laterLeaves(member, `${path}/${name}`, isLater);
    return leaves === undefined ? [] : [[name, leaves] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function overlaid(base: Json | undefined, later: Json): Json {
  if (!isObject(base) || !isObject(later)) return later;
  const members = Object.entries(later).map(([name, member]) => [name, overlaid(own(base, name), member)] as const);
  return { ...base, ...Object.fromEntries(members) };
}

/** When the member was last written as a whole: its own as-of, unless that came from one of its paths. */
function wholeAsOf(asOf: ObjectRecord['asOf'], name: string): AsOf {
  const newest = own(asOf, name) ?? '';
  const paths = Object.entries(asOf).filter(
    ([key]) => key.startsWith(`${name}${WITHIN}`) && key !== `${name}${WITHIN}`,
  );
  return paths.some(([, at]) => at === newest) ? (own(asOf, `${name}${WITHIN}`) ?? '') : newest;
}

/**
 * The known value with everything that may be written into it; `written` collects the paths. Without a path to write it
 * is the known value.
 */
function merge(
  known: Json | undefined,
  value: Json,
  path: string,
  isFree: (path: string) => boolean,
  written: string[],
): Json | undefined {
  if (!isObject(value)) {
    if (!isFree(path)) return known;
    written.push(path);
    return value;
  }
  const before = written.length;
  const members = new Map<string, Json>(isObject(known) ? Object.entries(known) : []);
  for (const [name, member] of Object.entries(value)) {
    const merged = merge(members.get(name), member, `${path}/${name}`, isFree, written);
    if (merged !== undefined) members.set(name, merged);
  }
  return written.length === before ? known : Object.fromEntries(members);
}

const later = (one: AsOf, other: AsOf): AsOf => (one > other ? one : other);
