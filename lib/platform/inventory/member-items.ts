import { printJson } from '../../base/exact-json';
import { type JsonObject, own } from '../../base/json';
import { objectKey } from '../../storage/keys';
import type { Expression, Item, Table } from '../../storage/table';
import { attributeOf, getObject, type ObjectRecord, WITHIN } from './object-items';

/** New values of members, made from the values that were read, with their as-ofs. */
export interface MemberMerge {
  readonly set: JsonObject;
  /** Member or path → as-of. */
  readonly asOf: Readonly<Record<string, string>>;
}

/** Assignments and members of one write. An expression of DynamoDB has at most 4 KB. */
const ASSIGNMENTS = 120;
const MEMBERS = 30;

type Stamps = readonly (readonly [name: string, asOf: string])[];

/** A member in one write: as-ofs of its paths, and with the last of them its value. */
interface MemberPart {
  readonly name: string;
  readonly stamps: Stamps;
  readonly isLast: boolean;
}

/**
 * Writes the members, unless something about one of them has changed since it was read: its value, its as-of, that of the
 * member as a whole, or the journal of parameters, which every change by path writes. Values alone do not tell, because a
 * member that was removed meanwhile may not have been there before either. False when something has changed, and when the
 * object is gone. What does not fit an expression takes several writes. With `parameters` the first of them writes the
 * journal, so that every other writer by path starts over. A member's value comes with the last of its as-ofs, so that a
 * retry finds it unwritten until then, and an older message in between finds the as-ofs.
 */
export async function replaceMembers(
  registry: Table,
  tenant: string,
  read: ObjectRecord,
  merge: MemberMerge,
  parameters?: string,
): Promise<boolean> {
  let fence: Fence = { before: read.parameters, after: parameters };
  for (const parts of writesOf(merge, parameters !== undefined)) {
    const { change, condition } = expressions(read, merge.set, parts, fence);
    const done = await registry.update(objectKey(tenant, read.id), change, condition);
    if (!done.ok && !(done.error.maybeOwn && (await isWritten(registry, tenant, read.id, parts, fence)))) return false;
    fence = { before: fence.after ?? fence.before, after: undefined };
  }
  return true;
}

/** The journal of parameters as a write expects it, and as it leaves it; undefined when it leaves it alone. */
interface Fence {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

async function isWritten(
  registry: Table,
  tenant: string,
  id: string,
  parts: readonly MemberPart[],
  { before, after }: Fence,
): Promise<boolean> {
  const found = await getObject(registry, tenant, id);
  if (found === undefined || found.parameters !== (after ?? before)) return false;
  return parts.flatMap((part) => part.stamps).every(([name, at]) => own(found.asOf, name) === at);
}

/** `atLeastOne`: a change that is older than all members still has a journal to write. */
function writesOf({ set, asOf }: MemberMerge, atLeastOne: boolean): MemberPart[][] {
  let open: MemberPart[] = [];
  const writes: MemberPart[][] = [];
  let used = 0;
  for (const part of Object.keys(set).flatMap((name) => partsOf(name, asOf))) {
    const size = part.stamps.length + 1;
    if (open.length === 0 || !part.isLast || open.length >= MEMBERS || used + size > ASSIGNMENTS) {
      open = [];
      used = 0;
      writes.push(open);
    }
    open.push(part);
    used += size;
    // the as-ofs of one member that come before its value are a write of their own
    if (!part.isLast) used = ASSIGNMENTS;
  }
  return writes.length === 0 && atLeastOne ? [[]] : writes;
}

/** The member's own as-of tells whether it has changed, so it comes last, with the value. */
function partsOf(name: string, asOf: MemberMerge['asOf']): MemberPart[] {
  const paths = Object.entries(asOf).filter(([path]) => path.startsWith(`${name}//`));
  const owned: Stamps = Object.entries(asOf).filter(([path]) => path === name);
  const parts: MemberPart[] = [];
  const size = ASSIGNMENTS - 2;
  for (let at = 0; at + size < paths.length; at += size) {
    parts.push({ name, stamps: paths.slice(at, at + size), isLast: false });
  }
  const rest = paths.slice(parts.length * size);
  return [...parts, { name, stamps: [...rest, ...owned], isLast: true }];
}

function expressions(
  read: ObjectRecord,
  set: JsonObject,
  parts: readonly MemberPart[],
  fence: Fence,
): { change: Expression; condition: Expression } {
  // DynamoDB refuses names that no expression uses
  const names: Record<string, string> = parts.length === 0 ? {} : { '#f': 'f', '#a': 'a' };
  const values: Item = {};
  const sets: string[] = [];
  const conditions = ['attribute_exists(pk)'];
  const nameOf = (name: string): string => placeholder(names, '#', attributeOf(name));
  const textOf = (value: string): string => placeholder(values, ':', value);
  const demand = (path: string, before: string | undefined): void => {
    conditions.push(before === undefined ? `attribute_not_exists(${path})` : `${path} = ${textOf(before)}`);
  };
  demand('pj', fence.before);
  if (fence.after !== undefined) sets.push(`pj = ${textOf(fence.after)}`);
  for (const { name, stamps, isLast } of parts) {
    const member = nameOf(name);
    const before = own(read.members, name);
    demand(`#f.${member}`, before === undefined ? undefined : printJson(before));
    demand(`#a.${member}`, own(read.asOf, name));
    demand(`#a.${nameOf(`${name}${WITHIN}`)}`, own(read.asOf, `${name}${WITHIN}`));
    for (const [path, at] of stamps) sets.push(`#a.${path === name ? member : nameOf(path)} = ${textOf(at)}`);
    if (isLast) sets.push(`#f.${member} = ${textOf(printJson(set[name]))}`);
  }
  return { change: { text: `SET ${sets.join(', ')}`, names, values }, condition: { text: conditions.join(' AND ') } };
}

/** The placeholder of a text. Equal texts, such as the as-ofs of one message, share one. */
function placeholder(known: Record<string, string>, sign: '#' | ':', text: string): string {
  const found = Object.keys(known).find((name) => known[name] === text && !['#f', '#a'].includes(name));
  if (found !== undefined) return found;
  const made = `${sign}p${Object.keys(known).length}`;
  known[made] = text;
  return made;
}
