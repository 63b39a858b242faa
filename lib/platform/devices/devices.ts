import { fail, ok, type Result } from '../../base/result';
import { collect } from '../../storage/pages';
import type { Acting } from '../access/acting';
import type { Call, RegistryDeps } from '../call';
import { externalIdsOf } from '../inventory/external-id-items';
import { type Identity, SERIAL } from '../inventory/identity';
import type { Inventory } from '../inventory/inventory';
import { getObject, getObjects, type ObjectRecord } from '../inventory/object-items';
import { longName } from '../limits';
import { AGENT_MARKER, type DeviceRef } from '../model';
import type { Refusal } from '../refusal';
import { DeviceCreation, type DevicePlan, type EnsuredDevice } from './device-creation';
import { SenderCheck } from './sender-check';
import { SERVICE_TYPE, ServiceStatus } from './service-status';

/** A child device as a message describes it. */
export interface NewChild {
  readonly childId: string;
  readonly name?: string;
  readonly type?: string;
  readonly isDevice: boolean;
}

/** A service as a message describes it. */
export interface ServiceInput {
  readonly serviceId: string;
  readonly serviceType: string;
  readonly name: string;
  readonly status: string;
}

/**
 * The result of an explicit creation: the device was created, named after its data had created it, or it exists
 * already.
 */
export interface Creation {
  readonly device: DeviceRef;
  readonly outcome: 'created' | 'named' | 'existing';
}

const DEVICE_MARKER = 'c8y_IsDevice';

/** Devices, child devices and services by their serial (docs/reference/static-templates.md#whom-a-row-is-about). */
export class Devices {
  private readonly creation: DeviceCreation;
  private readonly check: SenderCheck;
  private readonly statuses: ServiceStatus;

  constructor(
    private readonly deps: RegistryDeps,
    private readonly inventory: Inventory,
    private readonly identity: Identity,
    private readonly acting: Acting,
  ) {
    this.creation = new DeviceCreation(deps, inventory, identity);
    this.check = new SenderCheck(inventory, acting);
    this.statuses = new ServiceStatus(deps, { inventory, identity, check: this.check });
  }

  /**
   * The connected device. The first data that arrives for it creates it
   * (docs/reference/mqtt-implementation.md#automatic-creation-of-devices). While it is remembered, it costs no read.
   */
  async ensureRoot(call: Call, serial: string): Promise<DeviceRef> {
    const { device } = await this.ensure(call, serial, () => ({
      members: rootMembers(serial),
      automatic: true,
    }));
    return device;
  }

  /** The device with this serial; it is created as planned when there is none. */
  private async ensure(call: Call, serial: string, plan: () => DevicePlan): Promise<EnsuredDevice> {
    const device = await this.find(call.origin.tenant, serial);
    return device === undefined ? this.creation.create(call, serial, plan()) : { device, created: false };
  }

  /** The device with this serial, if there is one. While it is remembered, it costs no read. */
  find(tenant: string, serial: string): Promise<DeviceRef | undefined> {
    return this.identity.resolve(tenant, serial);
  }

  /**
   * The child device a message addresses. An unknown one is created below the root device
   * (docs/reference/mqtt-implementation.md#automatic-creation-of-devices). Refused when it is not below the root device.
   */
  async ensureChild(call: Call, root: DeviceRef, serial: string): Promise<Result<DeviceRef, Refusal>> {
    const ensured = await this.ensureBelow(call, root, serial, {
      members: childMembers({ childId: serial, isDevice: true }),
      parent: { id: root.id, kind: 'childDevices' },
      automatic: true,
    });
    return ensured.ok ? ok(ensured.value.device) : ensured;
  }

  /**
   * The device with this serial, on which the sender may act; it is created as planned when there is none. Refused
   * before anything is changed (docs/security.md#who-may-act-on-what).
   */
  private async ensureBelow(
    call: Call,
    sender: DeviceRef,
    serial: string,
    plan: DevicePlan,
  ): Promise<Result<EnsuredDevice, Refusal>> {
    const known = await this.find(call.origin.tenant, serial);
    const free = known === undefined ? await this.check.requireFree(call, serial) : ok(undefined);
    if (!free.ok) return free;
    const ensured = known ? { device: known, created: false } : await this.creation.create(call, serial, plan);
    const allowed = await this.check.requirePlanned(call, sender, ensured, plan);
    return allowed.ok ? ok(ensured) : allowed;
  }

  /**
   * Creates the device, or names the one that its data created in the last minute. Of several such messages the
   * earliest counts. Refused when the device exists in any other way; it stays as it is.
   */
  async createDevice(
    call: Call,
    serial: string,
    { name, type }: { readonly name?: string; readonly type?: string },
  ): Promise<Result<Creation, Refusal>> {
    const long = longName('managedObject', [['type', type]]);
    if (long !== undefined) return fail(long);
    const members = rootMembers(serial, name, type);
    const { device, created } = await this.ensure(call, serial, () => ({ members, automatic: false }));
    if (created) return ok({ device, outcome: 'created' });
    const named = await this.creation.name(call, device, { set: members, remove: [] });
    if (!named.ok) return named;
    if (named.value !== undefined) return ok({ device, outcome: 'named' });
    return fail({ kind: 'exists', reason: 'deviceExists', subject: 'managedObject', serial });
  }

  /**
   * Creates a child of the addressed device, or names the one that its data created. Any other existing device stays as
   * it is. `sender` is the connected device; the addressed one when left out.
   */
  async createChild(
    call: Call,
    parent: DeviceRef,
    child: NewChild,
    sender: DeviceRef = parent,
  ): Promise<Result<Creation, Refusal>> {
    if (child.childId === parent.serial) {
      return fail({ kind: 'invalid', reason: 'ownParent', subject: 'managedObject', serial: parent.serial });
    }
    const long = longName('managedObject', Object.entries({ childId: child.childId, type: child.type }));
    if (long !== undefined) return fail(long);
    const members = childMembers(child);
    const place = { id: parent.id, kind: 'childDevices' } as const;
    const plan = { members, parent: place, automatic: false };
    const ensured = await this.ensureBelow(call, sender, child.childId, plan);
    if (!ensured.ok) return ensured;
    const { device, created } = ensured.value;
    if (created) return ok({ device, outcome: 'created' });
    const remove = child.isDevice ? [] : [DEVICE_MARKER];
    const outcome = await this.nameBelow(call, device, { set: members, remove, parent: place });
    return outcome.ok ? ok({ device, outcome: outcome.value }) : outcome;
  }

  /**
   * Creates a service as a child addition of its owner, or updates its name, type of service and status. `sender` is the
   * connected device; the owner when left out. A status that the sender has sent in the minute after counts too, when it
   * came before the service was there: that costs one read at the creation.
   */
  async upsertService(
    call: Call,
    owner: DeviceRef,
    service: ServiceInput,
    sender: DeviceRef = owner,
  ): Promise<Result<DeviceRef, Refusal>> {
    const { serviceId, serviceType, name, status } = service;
    if (serviceId === owner.serial) {
      return fail({ kind: 'invalid', reason: 'ownService', subject: 'managedObject', serial: serviceId });
    }
    const long = longName('managedObject', [['serviceId', serviceId]]);
    if (long !== undefined) return fail(long);
    const members = { name, serviceType, status };
    const place = { id: owner.id, kind: 'childAdditions' } as const;
    const ensured = await this.ensureBelow(call, sender, serviceId, {
      members: { type: SERVICE_TYPE, ...members },
      fresh: Object.keys(members),
      parent: place,
      automatic: false,
    });
    if (!ensured.ok) return ensured;
    const { device, created } = ensured.value;
    if (created) return this.statuses.takeLate(call, sender, device);
    const type = { set: { type: SERVICE_TYPE }, remove: [DEVICE_MARKER] };
    const named = await this.nameBelow(call, device, { ...type, parent: place });
    if (!named.ok) return named;
    const updated = await this.inventory.updateFragments(call, device.id, { set: members, remove: [] });
    if (!updated.ok) return updated;
    return named.value === 'named' ? this.statuses.takeLate(call, sender, device) : ok(device);
  }

  /** Sets the status of a service that exists; this never creates one. `sender` is the connected device. */
  setServiceStatus(call: Call, serial: string, status: string, sender: DeviceRef): Promise<Result<DeviceRef, Refusal>> {
    return this.statuses.set(call, sender, serial, status);
  }

  /** Serials of the direct child devices, sorted as text. Children without a serial are left out. */
  async childSerials(tenant: string, id: string): Promise<string[]> {
    const ids = await this.inventory.childIds(tenant, id, 'childDevices');
    const children = await getObjects(this.deps.registry, tenant, ids);
    const serials = await Promise.all(children.map((child) => this.serialOf(tenant, child)));
    // sorted, because ids give no order for children of the same millisecond
    return serials.filter((serial) => serial !== '').sort();
  }

  /** The object with its serial, '' when it has none; undefined when there is no such object. */
  async deviceOf(tenant: string, id: string): Promise<DeviceRef | undefined> {
    const record = await getObject(this.deps.registry, tenant, id);
    return record && { id, serial: await this.serialOf(tenant, record) };
  }

  /**
   * The nearest object upwards that is an agent, starting with the device itself
   * (docs/reference/static-templates.md#markers-of-a-device). Undefined when there is none. Its serial is '' when it
   * has none. Each level costs two reads. Nothing is remembered: an operation for a device that has just moved to another
   * agent would wait on the agenda of the old one.
   */
  async agentOf(tenant: string, deviceId: string): Promise<DeviceRef | undefined> {
    const seen = new Set<string>();
    const waiting = [deviceId];
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const record = await getObject(this.deps.registry, tenant, id);
      if (record === undefined) continue;
      if (AGENT_MARKER in record.members) return { id, serial: await this.serialOf(tenant, record) };
      waiting.push(...(await this.inventory.parents(tenant, id)).map((parent) => parent.id));
    }
    return undefined;
  }

  private async serialOf(tenant: string, { id, createdFor }: ObjectRecord): Promise<string> {
    if (createdFor !== undefined) return createdFor;
    const names = await collect(externalIdsOf(this.deps.registry, tenant, id));
    return names.find((name) => name.type === SERIAL)?.externalId ?? '';
  }

  private async nameBelow(
    call: Call,
    device: DeviceRef,
    what: Parameters<DeviceCreation['name']>[2],
  ): Promise<Result<'named' | 'existing', Refusal>> {
    const named = await this.creation.name(call, device, what);
    if (!named.ok) return named;
    if (named.value !== undefined) this.acting.forget(call.origin.tenant);
    return ok(named.value === undefined ? 'existing' : 'named');
  }
}

const rootMembers = (serial: string, name = `MQTT Device ${serial}`, type = 'c8y_MQTTDevice') => ({
  name,
  type,
  [DEVICE_MARKER]: {},
  [AGENT_MARKER]: {},
});

const childMembers = ({ childId, name, type, isDevice }: NewChild) => ({
  name: name ?? `MQTT Device ${childId}`,
  type: type ?? 'c8y_MQTTChildDevice',
  ...(isDevice && { [DEVICE_MARKER]: {} }),
});
