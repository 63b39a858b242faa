import { defined } from '../../base/defined';
import { Lru } from '../../base/lru';
import { fail, ok, type Result } from '../../base/result';
import { collect } from '../../storage/pages';
import type { Call, RegistryDeps } from '../call';
import { longName } from '../limits';
import type { DeviceRef, ExternalId } from '../model';
import { notFound, type Refusal } from '../refusal';
import {
  externalIdsOf,
  getExternalId,
  leadingTo,
  listExternalId,
  releaseExternalId,
  takeExternalId,
} from './external-id-items';
import { getObject } from './object-items';
import { responseIntervalOf } from './requirement';

/**
 * The type of external id by which MQTT knows devices, child devices and services
 * (docs/reference/handling-of-ids.md#external-ids).
 */
export const SERIAL = 'c8y_Serial';

const KNOWN_DEVICES = 20_000;
const KNOWN_MS = 60_000;

/** External ids: other names of managed objects, unique per type (docs/reference/rest-api.md#external-ids). */
export class Identity {
  private readonly known: Lru<DeviceRef>;

  constructor(private readonly deps: RegistryDeps) {
    this.known = new Lru(deps.clock, { capacity: KNOWN_DEVICES, ttlMs: KNOWN_MS });
  }

  /** The object that an external id leads to: one read; undefined when there is none. */
  async find(tenant: string, type: string, externalId: string): Promise<ExternalId | undefined> {
    const found = await getExternalId(this.deps.registry, tenant, type, externalId);
    return found && { type, externalId, managedObjectId: found.managedObjectId };
  }

  /**
   * The device with this serial. It is remembered for a minute, so that a busy device costs no read. Until then this
   * instance also finds a device that another instance has deleted.
   */
  async resolve(tenant: string, serial: string): Promise<DeviceRef | undefined> {
    const known = this.known.get(nameOf(tenant, serial));
    if (known !== undefined) return known;
    const found = await getExternalId(this.deps.registry, tenant, SERIAL, serial);
    if (found === undefined || found.creating !== undefined) return undefined;
    const { managedObjectId: id, responseInterval } = found;
    return this.remember(tenant, defined({ id, serial, responseInterval }));
  }

  /** Keeps a device for a minute. Returns it. */
  remember(tenant: string, device: DeviceRef): DeviceRef {
    this.known.set(nameOf(tenant, device.serial), device);
    return device;
  }

  /** Drops what this instance remembers of a serial. */
  forget(tenant: string, serial: string): void {
    this.known.delete(nameOf(tenant, serial));
  }

  /** All external ids of an object: one query, and one read for each. */
  async list(tenant: string, id: string): Promise<ExternalId[]> {
    const listed = await collect(externalIdsOf(this.deps.registry, tenant, id));
    return leadingTo(this.deps.registry, tenant, id, listed);
  }

  /**
   * Gives an object an external id. Giving it again is refused like any other taken one, but completes a first try that
   * was cut short.
   */
  async bind(call: Call, id: string, type: string, externalId: string): Promise<Result<ExternalId, Refusal>> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const long = longName('externalId', Object.entries({ type, externalId }));
    if (long !== undefined) return fail(long);
    const object = await getObject(registry, tenant, id);
    if (object === undefined) return fail(notFound('managedObject', id));
    const responseInterval = type === SERIAL ? responseIntervalOf(object.members) : undefined;
    const record = defined({ type, externalId, managedObjectId: id, responseInterval });
    // listed first: a name that leads to an object but is not listed with it would outlive the object
    const owner = await getExternalId(registry, tenant, type, externalId);
    if (owner === undefined || owner.managedObjectId === id) await listExternalId(registry, tenant, record);
    if (owner === undefined && (await takeExternalId(registry, tenant, record)).ok) {
      return ok({ type, externalId, managedObjectId: id });
    }
    return fail(duplicate(type, externalId));
  }

  /** Removes an external id. Refused when there is none. */
  async unbind(call: Call, type: string, externalId: string): Promise<Result<void, Refusal>> {
    const { tenant } = call.origin;
    const found = await getExternalId(this.deps.registry, tenant, type, externalId);
    if (found === undefined) return fail(externalIdNotFound(type, externalId));
    await releaseExternalId(this.deps.registry, tenant, found);
    if (type === SERIAL) this.forget(tenant, externalId);
    return ok(undefined);
  }
}

const nameOf = (tenant: string, serial: string): string => `${tenant}/${serial}`;

const duplicate = (type: string, externalId: string): Refusal => ({
  kind: 'exists',
  reason: 'externalIdTaken',
  subject: 'externalId',
  type,
  externalId,
});

const externalIdNotFound = (type: string, externalId: string): Refusal => ({
  kind: 'notFound',
  reason: 'unknownExternalId',
  subject: 'externalId',
  type,
  externalId,
});
