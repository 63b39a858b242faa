import { fail, ok, type Result } from '../../base/result';
import type { Call, RegistryDeps } from '../call';
import type { Identity } from '../inventory/identity';
import type { Inventory } from '../inventory/inventory';
import { getObject } from '../inventory/object-items';
import type { DeviceRef } from '../model';
import type { Refusal } from '../refusal';
import { keepLateStatus, lateStatusOf } from './late-status-items';
import type { SenderCheck } from './sender-check';

export const SERVICE_TYPE = 'c8y_Service';
/** Ms by which a message can overtake another one of the same sender. */
const OVERTAKING_MS = 60_000;

/** The status of services (docs/reference/static-templates.md#status-of-an-unknown-service). */
export class ServiceStatus {
  constructor(
    private readonly deps: RegistryDeps,
    private readonly others: {
      readonly inventory: Pick<Inventory, 'updateFragments'>;
      readonly identity: Identity;
      readonly check: SenderCheck;
    },
  ) {}

  /**
   * Sets the status of a service that exists. The status of an unknown one is refused, and kept for its creation, which
   * the message may have overtaken: that costs one write.
   */
  async set(call: Call, sender: DeviceRef, serial: string, status: string): Promise<Result<DeviceRef, Refusal>> {
    const done = await this.setKnown(call, sender, serial, status);
    if (done !== undefined) return done;
    const owner = { tenant: call.origin.tenant, sender: sender.serial, service: serial };
    await keepLateStatus(this.deps.registry, owner, { status, origin: call.origin });
    // the creation may have looked for a status before this one was kept
    const unknown: Refusal = { kind: 'notFound', reason: 'unknownService', subject: 'managedObject', serial };
    return (await this.setKnown(call, sender, serial, status)) ?? fail(unknown);
  }

  /** Gives a new service the status that overtook its creation, under the as-of of that status: one read. */
  async takeLate(call: Call, sender: DeviceRef, service: DeviceRef): Promise<Result<DeviceRef, Refusal>> {
    const { tenant, receivedAt } = call.origin;
    const late = await lateStatusOf(this.deps.registry, { tenant, sender: sender.serial, service: service.serial });
    if (late === undefined || late.origin.receivedAt > receivedAt + OVERTAKING_MS) return ok(service);
    return this.write({ ...call, origin: { ...call.origin, ...late.origin } }, service, late.status);
  }

  /** Undefined when there is no such service. Refused when it is not below the sender. */
  private async setKnown(
    call: Call,
    sender: DeviceRef,
    serial: string,
    status: string,
  ): Promise<Result<DeviceRef, Refusal> | undefined> {
    const { tenant } = call.origin;
    const service = await this.others.identity.resolve(tenant, serial);
    if (service === undefined) return undefined;
    const allowed = await this.others.check.requireBelow(call, sender, service);
    if (!allowed.ok) return allowed;
    const record = await getObject(this.deps.registry, tenant, service.id);
    return record?.members.type === SERVICE_TYPE ? this.write(call, service, status) : undefined;
  }

  private async write(call: Call, service: DeviceRef, status: string): Promise<Result<DeviceRef, Refusal>> {
    const update = { set: { status }, remove: [] };
    const updated = await this.others.inventory.updateFragments(call, service.id, update);
    return updated.ok ? ok(service) : updated;
  }
}
