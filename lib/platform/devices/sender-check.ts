import { fail, ok, type Result } from '../../base/result';
import type { Acting, Actor } from '../access/acting';
import type { Call } from '../call';
import type { Inventory } from '../inventory/inventory';
import type { DeviceRef } from '../model';
import type { Refusal } from '../refusal';
import type { DevicePlan, EnsuredDevice } from './device-creation';

/**
 * What a connected device may do to the devices that its rows name: `Acting` decides, and this says it as refusals
 * (docs/security.md#what-a-connected-device-may-do).
 */
export class SenderCheck {
  constructor(
    private readonly inventory: Pick<Inventory, 'addChild'>,
    private readonly acting: Acting,
  ) {}

  /** Refuses to create a device under the identifier of another device user. It costs two reads. */
  async requireFree({ origin: { tenant, user } }: Call, serial: string): Promise<Result<void, Refusal>> {
    if (await this.acting.mayName(tenant, user, serial)) return ok(undefined);
    return fail({ kind: 'forbidden', reason: 'identifierOfOther', serial });
  }

  /** Refuses a device that is neither the sender nor below it. */
  async requireBelow(
    { origin: { tenant } }: Call,
    sender: DeviceRef,
    device: DeviceRef,
  ): Promise<Result<void, Refusal>> {
    if (await this.acting.mayActOn(tenant, actorOf(sender), device)) return ok(undefined);
    return fail({ kind: 'forbidden', reason: 'notBelowSender', serial: device.serial, sender: sender.serial });
  }

  /**
   * Refuses to plan a device that is there already and that is not below the sender. One that is below nothing and that
   * the user owns is linked where the row wants it.
   */
  async requirePlanned(
    call: Call,
    sender: DeviceRef,
    { device, created }: EnsuredDevice,
    { parent }: DevicePlan,
  ): Promise<Result<void, Refusal>> {
    const { tenant, user } = call.origin;
    if (created) {
      this.acting.created(tenant, actorOf(sender), device.id);
      return ok(undefined);
    }
    if (parent !== undefined && device.id === sender.id) {
      return fail({ kind: 'invalid', reason: 'circle', subject: 'managedObject', child: device.id, parent: parent.id });
    }
    const below = await this.requireBelow(call, sender, device);
    if (below.ok || parent === undefined) return below;
    if (!(await this.acting.mayAdopt(tenant, user, device.id))) return below;
    return this.inventory.addChild(call, parent.id, parent.kind, device.id);
  }
}

const actorOf = ({ id }: DeviceRef): Actor => ({ kind: 'connection', root: id });
