import { isLargerThan, parseJson } from '../../base/exact-json';
import { isoOf } from '../../base/instant';
import { type Json, type JsonObject, own } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import type { Change } from '../../changes/changes';
import type { ChildKind } from '../../storage/keys';
import { millisOf } from '../journal';
import { longName, tooLarge } from '../limits';
import type { ManagedObject } from '../model';
import type { Refusal } from '../refusal';
import type { InventoryList } from './list-items';
import type { ObjectRecord } from './object-items';

/** What an object is created with. `below` names the object that it becomes a child of. */
export interface NewObject {
  readonly fragments: JsonObject;
  readonly owner?: string;
  readonly below?: { readonly parent: string; readonly kind: ChildKind };
}

/**
 * Members that only the platform writes. What a client sends for them is ignored
 * (docs/reference/rest-api.md#members-that-only-the-platform-writes).
 */
const READ_ONLY: ReadonlySet<string> = new Set([
  ...['id', 'self', 'owner', 'creationTime', 'lastUpdated'],
  ...['childDevices', 'childAssets', 'childAdditions', 'deviceParents', 'assetParents', 'additionParents'],
  ...['c8y_LatestMeasurements', 'c8y_LatestEvents', 'c8y_LatestAlarms', 'c8y_LatestOperations'],
  ...['c8y_LastAlarm', 'c8y_LastEvent', 'c8y_LastOperation'],
  ...['c8y_Availability', 'c8y_Connection'],
]);
/** Members that a device cannot remove (docs/reference/static-templates.md#protected-names). */
const MANDATORY: ReadonlySet<string> = new Set(['type', 'time', 'source']);
/** Bytes of all members. An item of DynamoDB holds 400 KB, and the as-of of every member is in it too. */
const MAX_MEMBER_BYTES = 256 * 1024;
/** Bytes that a member takes in its item beside its JSON: the as-of, and the name once more. */
const AS_OF_BYTES = 64;

/** Whether a client may remove this member. */
export const isRemovable = (member: string): boolean => !READ_ONLY.has(member) && !MANDATORY.has(member);

/**
 * The members that a client may write. Refused when one has no name, when type or name is no text, or when they are too
 * large.
 */
export function writableMembers(members: JsonObject): Result<JsonObject, Refusal> {
  const writable = Object.entries(members).filter(([name]) => !READ_ONLY.has(name));
  if (writable.some(([name]) => name === '')) {
    return fail({ kind: 'invalid', reason: 'namelessFragment', subject: 'managedObject' });
  }
  const long = longName('managedObject', [
    ['type', members.type],
    ...writable.map(([member]) => [member, member] as const),
  ]);
  if (long !== undefined) return fail(long);
  const { type, name } = members;
  if (type !== undefined && type !== null && typeof type !== 'string') return fail(notText('type'));
  if (name !== undefined && name !== null && typeof name !== 'string') return fail(notText('name'));
  const room = MAX_MEMBER_BYTES - writable.length * AS_OF_BYTES;
  if (isLargerThan(members, room)) return fail(tooLarge('managedObject', MAX_MEMBER_BYTES));
  return ok(Object.fromEntries(writable));
}

const notText = (member: string): Refusal => ({
  kind: 'invalid',
  reason: 'notText',
  subject: 'managedObject',
  member,
});

/** Members that make no fragment list. */
const UNLISTED: ReadonlySet<string> = new Set(['name', 'type']);

/** The list that a member puts its object into; undefined when it puts it into none. */
export function listFor(member: string, value: Json | undefined): InventoryList | undefined {
  if (member === 'type') return typeof value === 'string' && value !== '' ? { by: 'type', value } : undefined;
  return UNLISTED.has(member) || value === undefined ? undefined : { by: 'fragment', value: member };
}

/** All lists that an object belongs to. */
export function listsOf(record: Pick<ObjectRecord, 'owner' | 'members'>): InventoryList[] {
  const byMember = Object.entries(record.members).flatMap(([member, value]) => listFor(member, value) ?? []);
  return [{ by: 'all' }, ...(record.owner === '' ? [] : [{ by: 'owner', value: record.owner } as const]), ...byMember];
}

/** Members whose changes do not move `lastUpdated`, because they say nothing about the object itself. */
const SIGNS_OF_LIFE: ReadonlySet<string> = new Set(['c8y_Availability', 'c8y_Connection']);

/**
 * The object of the model. `lastUpdated` is its newest change, in whatever order the changes arrived. A report of
 * parameters that changed nothing is none.
 */
export function managedObjectOf({ id, owner, createdAt, members, asOf, parameters }: ObjectRecord): ManagedObject {
  const changes = Object.entries(asOf).filter(([member]) => !SIGNS_OF_LIFE.has(member));
  const idle = parameters === undefined ? {} : (parseJson<{ idle?: Record<string, string> }>(parameters).idle ?? {});
  const latest = Math.max(createdAt, ...changes.map(([, at]) => millisOf(own(idle, at) ?? at)));
  return { id, owner, creationTime: isoOf(createdAt), lastUpdated: isoOf(latest), fragments: members };
}

/** What notifications and event processing hear of an object. */
export function objectChange(
  action: Change['action'],
  { id, owner, creationTime, lastUpdated, fragments }: ManagedObject,
): Change {
  const object = action === 'DELETE' ? { id } : { id, owner, creationTime, lastUpdated, ...fragments };
  return { api: 'managedobjects', action, sourceId: id, object };
}
