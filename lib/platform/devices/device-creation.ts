import { parseJson, printJson } from '../../base/exact-json';
import { type JsonObject, own } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
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
import { BY_DATA, type Link, settlePlaces } from '../inventory/link-items';
import { newObjectId } from '../inventory/object-id';
import { CREATED, getObject, type ObjectRecord } from '../inventory/object-items';
import { managedObjectOf, objectChange } from '../inventory/object-members';
import { enterLists } from '../inventory/object-updates';
import { asOf } from '../journal';
import type { DeviceRef, Origin } from '../model';
import type { Refusal } from '../refusal';
import { isNameable, type Naming, nameObject, takePlaceBack } from './naming-items';

/** What a device becomes if it is created now. */
export interface DevicePlan {
  readonly members: JsonObject;
  /** Members that get the as-of of this message. All others get the as-of of the creation. */
  readonly fresh?: readonly string[];
  /** The object that it is created below, and how it is linked. */
  readonly parent?: Link;
  /** True when data arrived for the device and no message has said what it is. */
  readonly automatic: boolean;
}

/** A device that exists now, and whether this call created it. */
export interface EnsuredDevice {
  readonly device: DeviceRef;
  readonly created: boolean;
}

/** Stored with the external id until the creation is complete, so that any later message can complete it. */
type Creation = Omit<ObjectRecord, 'id' | 'createdFor'>;

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
        creating: printJson(creationOf(call.origin, plan)),
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
   * Says what an existing device is, while that is still open: one read, and for the first messages of a device a few
   * more and some writes. Returns its record, or undefined when it is no longer open. Refused when the device would be
   * above itself.
   */
  async name(
    call: Call,
    device: DeviceRef,
    what: Pick<Naming, 'set' | 'remove' | 'parent'>,
  ): Promise<Result<ObjectRecord | undefined, Refusal>> {
    const { registry } = this.deps;
    const { tenant, receivedAt } = call.origin;
    const naming: Naming = { ...what, asOf: asOf(call.origin), createdSince: receivedAt - NAMING_MS };
    for (;;) {
      const current = await getObject(registry, tenant, device.id);
      if (current === undefined || !isNameable(current, naming)) return ok(undefined);
      const { parent } = naming;
      if (parent && (await this.inventory.isBelow(tenant, parent.id, device.id))) return fail(circle(device, parent));
      const done = await nameObject(registry, tenant, device.id, withoutTouched(naming, current));
      if (!done.ok) continue;
      const placed = await this.settleNaming(call, done.value, naming);
      call.effects.changed(objectChange('UPDATE', managedObjectOf(done.value)));
      return placed.ok ? ok(done.value) : placed;
    }
  }

  /** Writes what a creation still lacks. Every step may be repeated. */
  private async complete(call: Call, record: ExternalIdRecord): Promise<DeviceRef> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const { externalId: serial, managedObjectId: id, creating = '' } = record;
    const planned = parseJson<Creation>(creating);
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
    const { places = [] } = planned;
    await settlePlaces(registry, tenant, id, { places, now: this.deps.clock.now() });
    await listExternalId(registry, tenant, record);
    const lease = this.identity.lease(tenant);
    const settled = await settleExternalId(registry, tenant, record);
    return settled === undefined ? { id, serial } : this.identity.remember(tenant, settled, lease);
  }

  /**
   * Writes what follows from naming: the entries in lists, and the links. It leaves entries in lists that the object
   * has left. Readers remove those; a slow writer could remove one that another naming has made.
   */
  private async settleNaming(call: Call, named: ObjectRecord, naming: Naming): Promise<Result<void, Refusal>> {
    const { registry, clock } = this.deps;
    const { tenant } = call.origin;
    await enterLists(this.deps, tenant, { id: named.id, members: {} }, naming);
    const { parent } = naming;
    if (parent === undefined) return ok(undefined);
    await settlePlaces(registry, tenant, named.id, { places: named.places ?? [], now: clock.now() });
    if (!(await this.inventory.isBelow(tenant, parent.id, named.id))) return ok(undefined);
    // at the same time another message has put the parent below this object
    const places = await takePlaceBack(registry, tenant, named.id, { ...parent, asOf: naming.asOf });
    await settlePlaces(registry, tenant, named.id, { places, now: clock.now() });
    return fail(circle(named, parent));
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
    ...(parent && { places: [{ ...parent, asOf: automatic ? BY_DATA : at }] }),
  };
}

/** The naming without the members that somebody has changed since the creation. */
function withoutTouched(naming: Naming, current: ObjectRecord): Naming {
  const isUntouched = (member: string): boolean => (own(current.asOf, member) ?? CREATED) === CREATED;
  return {
    ...naming,
    set: Object.fromEntries(Object.entries(naming.set).filter(([member]) => isUntouched(member))),
    remove: naming.remove.filter(isUntouched),
  };
}

const circle = ({ id }: { readonly id: string }, parent: Link): Refusal => ({
  kind: 'invalid',
  reason: 'circle',
  subject: 'managedObject',
  child: id,
  parent: parent.id,
});
