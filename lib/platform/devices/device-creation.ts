import { type JsonObject, own } from '../../base/json';
import type { ChildKind } from '../../storage/keys';
import { collect } from '../../storage/pages';
import type { Call, RegistryDeps } from '../call';
import {
  type ExternalIdRecord,
  getExternalId,
  listExternalId,
  reassignExternalId,
  settleExternalId,
  takeExternalId,
} from '../inventory/external-id-items';
import { type Identity, SERIAL } from '../inventory/identity';
import type { Inventory } from '../inventory/inventory';
import { link, parentsOf, unlink } from '../inventory/link-items';
import { newObjectId } from '../inventory/object-id';
import { CREATED, getObject, type ObjectRecord } from '../inventory/object-items';
import { managedObjectOf, objectChange } from '../inventory/object-members';
import { applied, enterLists, leaveLists } from '../inventory/object-updates';
import { asOf } from '../journal';
import type { DeviceRef, Origin } from '../model';
import { isNameable, type Naming, nameObject } from './naming-items';

/** The object that a device is created below, and how it is linked. */
export interface Parent {
  readonly id: string;
  readonly kind: ChildKind;
}

/** What a device becomes if it is created now. */
export interface DevicePlan {
  readonly members: JsonObject;
  /** Members that get the as-of of this message. All others get the as-of of the creation. */
  readonly fresh?: readonly string[];
  readonly parent?: Parent;
  /** True when data arrived for the device and no message has said what it is. */
  readonly automatic: boolean;
}

/** A device that exists now, and whether this call created it. */
export interface EnsuredDevice {
  readonly device: DeviceRef;
  readonly created: boolean;
}

/** Stored with the external id until the creation is complete, so that any later message can complete it. */
type Creation = Omit<ObjectRecord, 'id' | 'createdFor'> & { readonly parent?: Parent };

/** Ms after the creation by data in which a message may still say what the device is. */
const NAMING_MS = 60_000;

/**
 * Creates each device once, however many messages ask for it and in whatever order
 * (docs/reference/mqtt-implementation.md#automatic-creation-of-devices).
 */
export class DeviceCreation {
  constructor(
    private readonly deps: RegistryDeps,
    private readonly inventory: Inventory,
    private readonly identity: Identity,
  ) {}

  /**
   * Creates the device of a serial as planned, unless it exists. First it takes the external id, which only one writer
   * can take. Then it writes the object and its links, and marks the external id as complete. `created` says whether
   * this very message created the device.
   */
  async create(call: Call, serial: string, plan: DevicePlan): Promise<EnsuredDevice> {
    const { tenant } = call.origin;
    const { registry } = this.deps;
    for (;;) {
      const mine: ExternalIdRecord & { creating: string } = {
        type: SERIAL,
        externalId: serial,
        managedObjectId: newObjectId(this.deps.clock),
        creating: JSON.stringify(creationOf(call.origin, plan)),
      };
      const taken = await takeExternalId(registry, tenant, mine);
      const record = taken.ok ? mine : await getExternalId(registry, tenant, SERIAL, serial);
      if (record === undefined) continue; // released in between
      if (record.creating === undefined) {
        const known = await this.identity.resolve(tenant, serial);
        if (known === undefined) continue;
        return { device: known, created: false };
      }
      const device = await this.complete(call, record);
      return { device, created: record.creating === mine.creating };
    }
  }

  /**
   * Says what an existing device is, while that is still open. Returns its record, or undefined when it is no longer
   * open.
   */
  async name(
    call: Call,
    device: DeviceRef,
    what: Pick<Naming, 'set' | 'remove'> & { readonly parent?: Parent },
  ): Promise<ObjectRecord | undefined> {
    const { registry } = this.deps;
    const { tenant, receivedAt } = call.origin;
    let naming: Naming = { ...what, asOf: asOf(call.origin), createdSince: receivedAt - NAMING_MS };
    for (;;) {
      const done = await nameObject(registry, tenant, device.id, naming);
      if (done.ok) {
        const record = { ...applied(done.value, { ...naming, asOf: CREATED }), named: naming.asOf };
        await this.settleName(call, done.value, naming, what.parent);
        call.effects.changed(objectChange('UPDATE', managedObjectOf(record)));
        return record;
      }
      const current = await getObject(registry, tenant, device.id);
      if (current === undefined || !isNameable(current, naming)) return undefined;
      const untouched = (member: string): boolean => (own(current.asOf, member) ?? CREATED) === CREATED;
      naming = {
        ...naming,
        set: Object.fromEntries(Object.entries(naming.set).filter(([member]) => untouched(member))),
        remove: naming.remove.filter(untouched),
      };
    }
  }

  /** Writes what a creation still lacks. Every step may be repeated. */
  private async complete(call: Call, record: ExternalIdRecord): Promise<DeviceRef> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const { externalId: serial, managedObjectId: id, creating = '' } = record;
    const { parent, ...planned } = JSON.parse(creating) as Creation;
    const inserted = await this.inventory.insert(call, { ...planned, id, createdFor: serial });
    if (!inserted && (await getObject(registry, tenant, id))?.createdFor !== serial) {
      // another object got the same id in the same millisecond
      const other = { ...record, managedObjectId: newObjectId(this.deps.clock) };
      const reassigned = await reassignExternalId(registry, tenant, record, other.managedObjectId);
      const current = reassigned ? other : await getExternalId(registry, tenant, SERIAL, serial);
      return current?.creating === undefined
        ? { id: current?.managedObjectId ?? id, serial }
        : this.complete(call, current);
    }
    if (parent !== undefined) await link(registry, tenant, parent.id, parent.kind, id);
    await listExternalId(registry, tenant, record);
    await settleExternalId(registry, tenant, record);
    return this.identity.remember(tenant, { id, serial });
  }

  /** Writes what follows from naming: the list of the type, and the place in the hierarchy. */
  private async settleName(
    call: Call,
    before: ObjectRecord,
    naming: Naming,
    parent: Parent | undefined,
  ): Promise<void> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    // a first try of this very message may have ended before its lists
    const members = before.named === naming.asOf ? {} : before.members;
    await enterLists(this.deps, tenant, { id: before.id, members }, naming);
    await leaveLists(registry, tenant, before, naming);
    if (parent === undefined) return;
    await link(registry, tenant, parent.id, parent.kind, before.id);
    for (const other of await collect(parentsOf(registry, tenant, before.id))) {
      const isAsset = other.kind === 'childAssets';
      if (!isAsset && (other.id !== parent.id || other.kind !== parent.kind)) {
        await unlink(registry, tenant, other.id, other.kind, before.id);
      }
    }
  }
}

function creationOf(origin: Origin, { members, fresh = [], parent, automatic }: DevicePlan): Creation {
  const at = asOf(origin);
  return {
    owner: origin.user,
    createdAt: origin.receivedAt,
    members,
    asOf: Object.fromEntries(Object.keys(members).map((name) => [name, fresh.includes(name) ? at : CREATED])),
    ...(automatic ? { automatic } : { named: at }),
    ...(parent && { parent }),
  };
}
