import { eachAtOnce } from '../../base/at-once';
import { defined } from '../../base/defined';
import { fail, ok, type Result } from '../../base/result';
import { type Lease, LeasedCache } from '../../changes/leased-cache';
import { Listeners, NAME_LEASE_MS } from '../../changes/listeners';
import { collect } from '../../storage/pages';
import type { Call, RegistryDeps } from '../call';
import { longName } from '../limits';
import type { DeviceRef, ExternalId } from '../model';
import { notFound, type Refusal } from '../refusal';
import {
  closeExternalId,
  type ExternalIdRecord,
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

/** Ms by which clocks may run apart while an instance waits for the leases of the others. */
const WAIT_MARGIN_MS = 100;
const CLOSED_AT_ONCE = 25;
/** Ms after which a deletion that was cut short does not hinder the memory of instances any more. */
const CLOSING_MS = 10 * 60_000;

/** External ids: other names of managed objects, unique per type (docs/reference/rest-api.md#external-ids). */
export class Identity {
  private readonly listeners: Listeners;
  private readonly known: LeasedCache<DeviceRef>;

  constructor(private readonly deps: RegistryDeps) {
    this.listeners = deps.listeners ?? new Listeners(deps);
    const { clock } = deps;
    this.known = new LeasedCache({ listeners: this.listeners, clock }, { capacity: KNOWN_DEVICES, ttlMs: KNOWN_MS });
  }

  /** The object that an external id leads to: one read; undefined when there is none. */
  async find(tenant: string, type: string, externalId: string): Promise<ExternalId | undefined> {
    const found = await getExternalId(this.deps.registry, tenant, type, externalId);
    return found && { type, externalId, managedObjectId: found.managedObjectId };
  }

  /**
   * The device with this serial. It is remembered for a minute, so that a busy device costs no read. A device that any
   * instance has deleted is not found: the deletion waits until no instance remembers it.
   */
  async resolve(tenant: string, serial: string): Promise<DeviceRef | undefined> {
    const known = await this.known.get(tenant, serial);
    if (known !== undefined) return known;
    const lease = this.lease(tenant);
    const found = await getExternalId(this.deps.registry, tenant, SERIAL, serial);
    return found === undefined || found.creating !== undefined ? undefined : this.remember(tenant, found, lease);
  }

  /** Begins a lease for `remember`, before the external id is read or written. */
  lease(tenant: string): Lease {
    return this.known.begin(tenant);
  }

  /** Keeps the device of a serial for a minute, unless it is being deleted. Returns it. */
  remember(tenant: string, record: ExternalIdRecord, lease: Lease): DeviceRef {
    const { managedObjectId: id, externalId: serial, responseInterval, closingUntil = 0 } = record;
    const device = defined({ id, serial, responseInterval });
    if (closingUntil < this.deps.clock.now()) this.known.set(tenant, serial, device, lease);
    return device;
  }

  /** Drops what this instance remembers of a serial. */
  forget(tenant: string, serial: string): void {
    this.known.delete(tenant, serial);
  }

  /**
   * Makes sure that no instance remembers the serials among these external ids, which are about to be given up. It
   * waits for a little more than `NAME_LEASE_MS`: by then each instance has learned that serials are being given up, and
   * reads them again each time (docs/decisions/0026-a-deletion-waits-for-leases.md). Without a serial it does nothing.
   */
  async close(tenant: string, names: readonly ExternalIdRecord[]): Promise<void> {
    const { registry, clock } = this.deps;
    const serials = names.filter(({ type }) => type === SERIAL);
    if (serials.length === 0) return;
    const until = clock.now() + CLOSING_MS;
    await eachAtOnce(serials, CLOSED_AT_ONCE, (name) => closeExternalId(registry, tenant, name, until));
    await this.listeners.released(tenant);
    await clock.sleep(NAME_LEASE_MS + WAIT_MARGIN_MS);
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
    await this.close(tenant, [found]);
    await releaseExternalId(this.deps.registry, tenant, found);
    if (type === SERIAL) this.forget(tenant, externalId);
    return ok(undefined);
  }
}

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
