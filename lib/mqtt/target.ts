import { fail, ok, type Result } from '../base/result';
import type { Call } from '../platform/call';
import type { Devices } from '../platform/devices/devices';
import type { DeviceRef } from '../platform/model';
import type { Refusal } from '../platform/refusal';

/**
 * Whom a message is about: the connected device, or the child device or service its topic names. Both are looked up once
 * per message and created when data arrives for them (mqtt-implementation section 13).
 */
export class Target {
  private rootFound: Promise<DeviceRef> | undefined;
  private addressedFound: Promise<Result<DeviceRef, Refusal>> | undefined;

  constructor(
    private readonly devices: Devices,
    readonly rootSerial: string,
    readonly childSerial: string | undefined,
  ) {}

  /** External id of the addressed device. */
  get serial(): string {
    return this.childSerial ?? this.rootSerial;
  }

  /** The connected device; created on the first row that needs it. */
  root(call: Call): Promise<DeviceRef> {
    this.rootFound ??= this.devices.ensureRoot(call, this.rootSerial);
    return this.rootFound;
  }

  /** The addressed device; refused when the name belongs to something outside the connected device's hierarchy. */
  addressed(call: Call): Promise<Result<DeviceRef, Refusal>> {
    this.addressedFound ??= this.find(call);
    return this.addressedFound;
  }

  /**
   * Whom the rows so far were about, as it is known after them; undefined when none needed a device, or it is somebody
   * else's. No read, unless a row has changed what is known.
   */
  async addressedDevice(tenant: string): Promise<DeviceRef | undefined> {
    const found = this.addressedFound === undefined ? undefined : await this.addressedFound;
    const isRoot = this.childSerial === undefined && this.rootFound !== undefined;
    return found?.ok || isRoot ? this.devices.find(tenant, this.serial) : undefined;
  }

  private async find(call: Call): Promise<Result<DeviceRef, Refusal>> {
    const root = await this.root(call);
    if (this.childSerial === undefined || this.childSerial === this.rootSerial) return ok(root);
    const child = await this.devices.ensureChild(call, root, this.childSerial);
    const agent = await this.devices.agentOf(call.origin.tenant, child.id);
    return agent?.id === root.id ? ok(child) : fail(foreign(this.childSerial, this.rootSerial));
  }
}

const foreign = (serial: string, sender: string): Refusal => ({
  kind: 'forbidden',
  reason: 'notBelowSender',
  serial,
  sender,
});
