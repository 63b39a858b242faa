import { eachAtOnce } from '../../base/at-once';
import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import type { ChildKind } from '../../storage/keys';
import { collect } from '../../storage/pages';
import type { Call, RegistryDeps } from '../call';
import { asOf } from '../journal';
import { longName } from '../limits';
import type { ManagedObject } from '../model';
import { notFound, type Refusal } from '../refusal';
import type { RequirementChange } from '../requirement/requirement-journal';
import { splitRequirement, updateRequirement } from '../requirement/requirement-updates';
import { type ExternalIdRecord, externalIdsOf, releaseExternalId } from './external-id-items';
import { childrenOf, type Link, link, linkAhead, parentsOf, unlink, unlinkAll } from './link-items';
import { delist, enlistNew } from './list-items';
import { newObjectId } from './object-id';
import { deleteObject, getObject, getObjects, insertObject, type ObjectRecord } from './object-items';
import { type InventoryFilter, listObjects } from './object-lists';
import { isRemovable, listsOf, managedObjectOf, type NewObject, objectChange, writableMembers } from './object-members';
import { type FragmentUpdate, updateObject } from './object-updates';
import { REQUIREMENT } from './requirement';
import { isBelow, linksBelow, namesToGo, unlinkFromAll } from './tree';

const LOADED_AT_ONCE = 100;
const ERASED_AT_ONCE = 25;

/** Hears of an object whose requirement was set or removed. */
export type RequirementListener = (call: Call, record: ObjectRecord) => Promise<void>;
/** Hears of the external ids of objects that are about to be deleted. */
export type ClosingListener = (tenant: string, names: readonly ExternalIdRecord[]) => Promise<void>;
/** Hears that an object is about to be deleted, with its external ids. It hears so again when the deletion is repeated. */
export type ErasureListener = (tenant: string, names: readonly ExternalIdRecord[]) => Promise<void>;
/** Hears that an object was taken from a parent. */
export type DetachmentListener = (tenant: string) => void;
/** Hears of a deleted object, with the external ids that it had. */
export type DeletionListener = (tenant: string, names: readonly ExternalIdRecord[]) => void;

type Created = Result<ManagedObject, Refusal>;
type Linked = Result<void, Refusal>;

/**
 * Managed objects: devices, groups, anything with a name and fragments (docs/reference/rest-api.md#managed-objects).
 */
export class Inventory {
  private readonly closingListeners: ClosingListener[] = [];
  private readonly deletionListeners: DeletionListener[] = [];
  private readonly erasureListeners: ErasureListener[] = [];
  private readonly detachmentListeners: DetachmentListener[] = [];
  private readonly requirementListeners: RequirementListener[] = [];

  constructor(private readonly deps: RegistryDeps) {}

  /** Adds a listener that is awaited before objects are deleted. */
  whenClosing(listener: ClosingListener): void {
    this.closingListeners.push(listener);
  }

  /** Adds a listener that is called when this instance has deleted an object. */
  whenDeleted(listener: DeletionListener): void {
    this.deletionListeners.push(listener);
  }

  /** Adds a listener that is awaited before an object and its external ids go. */
  beforeDeletion(listener: ErasureListener): void {
    this.erasureListeners.push(listener);
  }

  /** Adds a listener that is called when this instance has taken an object from a parent. */
  whenDetached(listener: DetachmentListener): void {
    this.detachmentListeners.push(listener);
  }

  /** Adds a listener that is awaited after `c8y_RequiredAvailability` of an object was set or removed. */
  whenRequired(listener: RequirementListener): void {
    this.requirementListeners.push(listener);
  }

  /** One read; undefined when there is no such object. */
  async get(tenant: string, id: string): Promise<ManagedObject | undefined> {
    const record = await getObject(this.deps.registry, tenant, id);
    return record && managedObjectOf(record);
  }

  /**
   * Creates an object. The caller owns it unless `owner` names somebody. Members that only the platform writes are
   * ignored, and so are those with the value `null`. With `below` it becomes the child of an object; a child that exists
   * is linked. Refused when that object is missing.
   */
  async create(call: Call, { fragments, owner = call.origin.user, below }: NewObject): Promise<Created> {
    const { registry, clock } = this.deps;
    const { tenant, receivedAt } = call.origin;
    const long = longName('managedObject', [['owner', owner]]);
    if (long !== undefined) return fail(long);
    const writable = writableMembers(fragments);
    if (!writable.ok) return writable;
    if (below && (await getObject(registry, tenant, below.parent)) === undefined) {
      return fail(notFound('managedObject', below.parent));
    }
    const members = Object.fromEntries(Object.entries(writable.value).filter(([, value]) => value !== null));
    const stamps = Object.fromEntries(Object.keys(members).map((name) => [name, asOf(call.origin)]));
    for (;;) {
      const id = newObjectId(clock);
      const record: ObjectRecord = { id, owner, createdAt: receivedAt, members, asOf: stamps };
      if (below && !(await linkAhead(registry, tenant, below.parent, below.kind, id))) continue;
      const isInserted = await this.insert(call, record);
      if (below) await (isInserted ? link : unlink)(registry, tenant, below.parent, below.kind, id);
      if (isInserted) return ok(managedObjectOf(record));
    }
  }

  /**
   * Writes the entries in lists first and then the object, so that an object that exists can be found. False when the
   * id is taken.
   */
  async insert(call: Call, record: ObjectRecord): Promise<boolean> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const entry = { asOf: asOf(call.origin), writtenAt: this.deps.clock.now() };
    await enlistNew(registry, tenant, record.id, listsOf(record), entry);
    const inserted = await insertObject(registry, tenant, record);
    if (!inserted.ok) return false;
    call.effects.changed(objectChange('CREATE', managedObjectOf(record)));
    if (REQUIREMENT in record.members) await this.required(call, record);
    return true;
  }

  /** Changes the members that are given; `null` removes one. An update without members changes nothing. */
  async update(call: Call, id: string, members: JsonObject): Promise<Result<ManagedObject, Refusal>> {
    const writable = writableMembers(members);
    if (!writable.ok) return writable;
    const entries = Object.entries(writable.value);
    return this.change(call, id, {
      set: Object.fromEntries(entries.filter(([, value]) => value !== null)),
      remove: entries.filter(([, value]) => value === null).map(([name]) => name),
    });
  }

  /**
   * Applies what a device says, with one conditional write and no read. A value that is older than the stored member
   * changes nothing. The whole update is refused when it removes a member that every object has
   * (docs/reference/static-templates.md#protected-names).
   */
  async updateFragments(call: Call, id: string, update: FragmentUpdate): Promise<Result<ManagedObject, Refusal>> {
    const kept = update.remove.find((name) => !isRemovable(name));
    if (kept !== undefined) {
      return fail({ kind: 'invalid', reason: 'protectedMember', subject: 'managedObject', member: kept });
    }
    const long = longName(
      'managedObject',
      update.remove.map((name) => [name, name]),
    );
    if (long !== undefined) return fail(long);
    const writable = writableMembers(update.set);
    return writable.ok ? this.change(call, id, { ...update, set: writable.value }) : writable;
  }

  /** What is required of a device has a journal of its own. Everything else is written as it is. */
  private async change(call: Call, id: string, update: FragmentUpdate): Promise<Result<ManagedObject, Refusal>> {
    const { change, others } = splitRequirement(update);
    if (change === undefined) return updateObject(this.deps, call, id, update);
    if (Object.keys(others.set).length + others.remove.length > 0) {
      const done = await updateObject(this.deps, call, id, others);
      if (!done.ok) return done;
    }
    return this.changeRequirement(call, id, change);
  }

  /** Changes `c8y_RequiredAvailability` in the order of the broker, and lets follow from it what has to. */
  async changeRequirement(call: Call, id: string, change: RequirementChange): Promise<Result<ManagedObject, Refusal>> {
    const done = await updateRequirement(this.deps, call, id, change);
    if (!done.ok) return done;
    if (done.value.follows) await this.required(call, done.value.record);
    return ok(managedObjectOf(done.value.record));
  }

  private async required(call: Call, record: ObjectRecord): Promise<void> {
    for (const listener of this.requirementListeners) await listener(call, record);
  }

  /** Objects in the order of their ids, or of `ids`. They are loaded when the caller gets to them. */
  list(tenant: string, filter: InventoryFilter): AsyncGenerator<ManagedObject> {
    return listObjects(this.deps.registry, this.deps.clock, tenant, filter);
  }

  /** How many objects `list` gives. It reads every one of them. */
  async count(tenant: string, filter: InventoryFilter): Promise<number> {
    let found = 0;
    for await (const _ of this.list(tenant, filter)) found++;
    return found;
  }

  /**
   * Deletes an object with its external ids, links and entries in lists. With `cascade` everything below it is deleted
   * too; without it the children stay and only their links to the object go
   * (docs/reference/rest-api.md#deleting-a-managed-object). The object itself goes last, so that a retry can continue.
   */
  async delete(
    call: Call,
    id: string,
    { cascade = false }: { readonly cascade?: boolean } = {},
  ): Promise<Result<void, Refusal>> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const record = await getObject(registry, tenant, id);
    if (record === undefined) return fail(notFound('managedObject', id));
    const names = await namesToGo(registry, tenant, id, cascade);
    for (const listener of this.closingListeners) await listener(tenant, names);
    if (cascade) await this.eraseBelow(call, id);
    await unlinkFromAll(registry, tenant, id);
    await this.erase(call, record);
    return ok(undefined);
  }

  /**
   * Deletes everything below an object, many at once. The links of the tree go after all its objects, from the lowest
   * level up: while they exist, a retry finds what is left.
   */
  private async eraseBelow(call: Call, root: string): Promise<void> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const levels = await linksBelow(registry, tenant, root);
    const below = new Set(levels.flat().map(({ child }) => child));
    below.delete(root);
    await eachAtOnce(below, ERASED_AT_ONCE, async (id) => {
      for (const parent of await this.parents(tenant, id)) {
        const isInTree = parent.id === root || below.has(parent.id);
        if (!isInTree) await unlink(registry, tenant, parent.id, parent.kind, id);
      }
      const record = await getObject(registry, tenant, id);
      if (record !== undefined) await this.erase(call, record);
    });
    for (const links of levels.reverse()) await unlinkAll(registry, tenant, links);
  }

  private async erase(call: Call, record: ObjectRecord): Promise<void> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const names = await collect(externalIdsOf(registry, tenant, record.id));
    for (const listener of this.erasureListeners) await listener(tenant, names);
    for (const name of names) await releaseExternalId(registry, tenant, name);
    for (const list of listsOf(record)) await delist(registry, tenant, record.id, list, asOf(call.origin));
    await deleteObject(registry, tenant, record.id);
    for (const listener of this.deletionListeners) listener(tenant, names);
    call.effects.changed(objectChange('DELETE', managedObjectOf(record)));
  }

  /** Links two objects, as `addChildren` links many. */
  addChild(call: Call, parent: string, kind: ChildKind, child: string): Promise<Linked> {
    return this.addChildren(call, parent, kind, [child]);
  }

  /**
   * Links children to an object. Linking them again changes nothing. Refused, before the first is linked, when one
   * object is missing, or when the hierarchy would become a circle.
   */
  async addChildren(call: Call, parent: string, kind: ChildKind, children: readonly string[]): Promise<Linked> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const found = new Set((await getObjects(registry, tenant, [parent, ...children])).map(({ id }) => id));
    const missing = [parent, ...children].find((id) => !found.has(id));
    if (missing !== undefined) return fail(notFound('managedObject', missing));
    for (const child of children) {
      if (!(await this.isBelow(tenant, parent, child))) continue;
      return fail({ kind: 'invalid', reason: 'circle', subject: 'managedObject', child, parent });
    }
    for (const child of children) await link(registry, tenant, parent, kind, child);
    return ok(undefined);
  }

  /** Removes a link. Removing one that is not there changes nothing. */
  async removeChild(call: Call, parent: string, kind: ChildKind, child: string): Promise<void> {
    const { tenant } = call.origin;
    await unlink(this.deps.registry, tenant, parent, kind, child);
    for (const listener of this.detachmentListeners) listener(tenant);
  }

  /** Ids of the children of one kind, ascending, which is the order of their creation. */
  async childIds(tenant: string, id: string, kind: ChildKind): Promise<string[]> {
    return (await collect(childrenOf(this.deps.registry, tenant, id, kind))).map((child) => child.id);
  }

  /** The children of one kind, in the order of their ids, read 100 at a time. */
  async *children(tenant: string, id: string, kind: ChildKind): AsyncGenerator<ManagedObject> {
    const ids = await this.childIds(tenant, id, kind);
    for (let at = 0; at < ids.length; at += LOADED_AT_ONCE) {
      const records = await getObjects(this.deps.registry, tenant, ids.slice(at, at + LOADED_AT_ONCE));
      yield* records.map(managedObjectOf);
    }
  }

  /** The parents of an object, and how it is linked to each. */
  parents(tenant: string, id: string): Promise<Link[]> {
    return collect(parentsOf(this.deps.registry, tenant, id));
  }

  /** Whether an object is another one or below it. It costs one query for each object on the way up. */
  isBelow(tenant: string, id: string, ancestor: string): Promise<boolean> {
    return isBelow(this.deps.registry, tenant, id, ancestor);
  }
}
