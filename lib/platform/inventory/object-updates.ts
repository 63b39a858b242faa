import { printJson } from '../../base/exact-json';
import { type JsonObject, own } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import type { Table } from '../../storage/table';
import { OVERTAKEN, type Overtaken, tryVersioned } from '../../storage/versioned';
import type { Call, RegistryDeps } from '../call';
import { asOf } from '../journal';
import type { ManagedObject } from '../model';
import { notFound, type Refusal } from '../refusal';
import { delist, enlist } from './list-items';
import { replaceMembers } from './member-items';
import { mergeBeneath, withMerge } from './member-merge';
import { changeMembers, getObject, MEMBERS_PER_UPDATE, type MemberChange, type ObjectRecord } from './object-items';
import { listFor, managedObjectOf, objectChange } from './object-members';

/** What a device's message changes in an object. */
export interface FragmentUpdate {
  readonly set: JsonObject;
  readonly remove: readonly string[];
}

type Updated = Result<{ readonly record: ObjectRecord; readonly changed: boolean }, Refusal>;

/**
 * Changes members of an object, each unless it was changed later. It is one conditional write and no read. It takes
 * more when a newer change is stored already, when the object enters a list, or when there are more members than an
 * expression holds. Refused when
 * there is no such object, when it would be too large, and when too many others change it.
 */
export async function updateObject(
  { registry, clock }: RegistryDeps,
  call: Call,
  id: string,
  update: FragmentUpdate,
): Promise<Result<ManagedObject, Refusal>> {
  const parts = partsOf(update, asOf(call.origin));
  let record: ObjectRecord | undefined;
  let anyChanged = false;
  for (const part of parts) {
    const done = await updatePart({ registry, clock }, call.origin.tenant, id, part);
    if (!done.ok) return done;
    record = done.value.record;
    anyChanged ||= done.value.changed;
  }
  record ??= await getObject(registry, call.origin.tenant, id);
  if (record === undefined) return fail(notFound('managedObject', id));
  const object = managedObjectOf(record);
  if (anyChanged) call.effects.changed(objectChange('UPDATE', object));
  return ok(object);
}

async function updatePart(
  { registry, clock }: RegistryDeps,
  tenant: string,
  id: string,
  change: MemberChange,
): Promise<Updated> {
  let part = change;
  let isListed = false;
  const updated = await tryVersioned(clock, async (): Promise<Updated | Overtaken> => {
    const done = await changeMembers(registry, tenant, id, { ...part, onlyListed: !isListed });
    if (done.ok) {
      await leaveLists(registry, tenant, done.value, part);
      return ok({ record: applied(done.value, part), changed: true });
    }
    if (done.error.kind === 'tooLarge') return fail({ kind: 'tooLarge', reason: 'objectFull', id });
    const current = await getObject(registry, tenant, id);
    if (current === undefined) return fail(notFound('managedObject', id));
    const beneath = mergeBeneath(current, part);
    const isMerged = Object.keys(beneath.set).length > 0;
    if (isMerged && !(await replaceMembers(registry, tenant, current, beneath))) return OVERTAKEN;
    part = stillNewer(current, part);
    if (isEmpty(part)) return ok({ record: withMerge(current, beneath), changed: isMerged });
    await enterLists({ registry, clock }, tenant, current, part);
    isListed = true;
    return OVERTAKEN;
  });
  return updated.ok ? updated.value : fail({ kind: 'conflict', reason: 'busy', subject: 'managedObject', id });
}

/**
 * Puts an object into the lists of what a change sets, before the change itself. So an object with a member is always in
 * the member's list, wherever a crash comes. `before` is the object as far as it is known; the lists of its members have
 * it already.
 */
export async function enterLists(
  { registry, clock }: RegistryDeps,
  tenant: string,
  before: Pick<ObjectRecord, 'id' | 'members'>,
  { set, asOf: at }: Pick<MemberChange, 'set' | 'asOf'>,
): Promise<void> {
  for (const [member, value] of Object.entries(set)) {
    const entered = listFor(member, value);
    const known = listFor(member, own(before.members, member));
    if (entered === undefined || printJson(entered) === printJson(known)) continue;
    await enlist(registry, tenant, before.id, entered, { asOf: at, writtenAt: clock.now() });
  }
}

/** Takes an object out of the lists that a change has made it leave. */
export async function leaveLists(
  registry: Table,
  tenant: string,
  before: ObjectRecord,
  change: Pick<MemberChange, 'set' | 'remove' | 'asOf'>,
): Promise<void> {
  for (const [member, value] of Object.entries(change.set)) {
    const left = listFor(member, own(before.members, member));
    const moved = printJson(left) !== printJson(listFor(member, value));
    if (left && moved) await delist(registry, tenant, before.id, left, change.asOf);
  }
  for (const member of change.remove) {
    const left = listFor(member, own(before.members, member) ?? null);
    if (left) await delist(registry, tenant, before.id, left, change.asOf);
  }
}

/** Cuts an update into writes, because expressions are limited. */
function partsOf({ set, remove }: FragmentUpdate, at: string): MemberChange[] {
  // a name that is removed twice would be two document paths that overlap
  const names = [...new Set([...Object.keys(set), ...remove])];
  const parts: MemberChange[] = [];
  for (let start = 0; start < names.length; start += MEMBERS_PER_UPDATE) {
    const some = new Set(names.slice(start, start + MEMBERS_PER_UPDATE));
    parts.push({
      set: pick(set, (name) => some.has(name)),
      remove: [...new Set(remove)].filter((name) => some.has(name)),
      asOf: at,
    });
  }
  return parts;
}

function stillNewer(current: ObjectRecord, change: MemberChange): MemberChange {
  const newer = (name: string): boolean => change.asOf >= (own(current.asOf, name) ?? '');
  return { ...change, set: pick(change.set, newer), remove: change.remove.filter(newer) };
}

const isEmpty = ({ set, remove }: MemberChange): boolean => Object.keys(set).length + remove.length === 0;

const pick = (members: JsonObject, wanted: (name: string) => boolean): JsonObject =>
  Object.fromEntries(Object.entries(members).filter(([name]) => wanted(name)));

/** The object's record after a change. */
export function applied(
  before: ObjectRecord,
  { set, remove, asOf: at }: Pick<MemberChange, 'set' | 'remove' | 'asOf'>,
): ObjectRecord {
  const touched = [...Object.keys(set), ...remove].map((name) => [name, at]);
  return {
    ...before,
    members: { ...pick(before.members, (name) => !remove.includes(name)), ...set },
    asOf: { ...before.asOf, ...Object.fromEntries(touched) },
  };
}
