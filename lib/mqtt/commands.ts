import { ok, type Result } from '../base/result';
import type { Call, ReadingCall } from '../platform/call';
import type { Command, CommandKind, Question, Reply } from '../platform/commands';
import type { Devices } from '../platform/devices/devices';
import type { DeviceRef } from '../platform/model';
import type { Refusal } from '../platform/refusal';
import type { PlatformServices } from '../platform/services';

/** What a command came to. Only a question has a reply. */
type Replied = Result<Reply | undefined, Refusal>;

interface Context {
  readonly call: ReadingCall;
  readonly services: PlatformServices;
  readonly target: Target;
}
type Handler<K extends CommandKind> = (
  command: Extract<Command, { kind: K }>,
  context: Context,
  device: DeviceRef,
) => Promise<Replied>;

const done = ok(undefined);
/** Keeps the refusal of a service and drops its value, because a device hears nothing of a success. */
const withoutReply = <T>(result: Result<T, Refusal>): Replied => (result.ok ? done : result);

/** The commands that act on the addressed device. A device that does not exist yet is created for them. */
const ON_DEVICE: { readonly [K in DeviceCommand['kind']]: Handler<K> } = {
  createChild: async (command, { call, services, target }, device) =>
    withoutReply(await services.devices.createChild(call, device, command, await target.root(call))),
  updateInventory: async (command, { call, services }, device) =>
    withoutReply(await services.inventory.updateFragments(call, device.id, command)),
  requireAvailability: async ({ responseInterval }, { call, services }, device) =>
    withoutReply(
      await services.inventory.changeRequirement(call, device.id, { kind: 'ifAbsent', value: { responseInterval } }),
    ),
  // every message is a sign of life, and `ingest` records it
  heartbeat: async () => done,
  changeSoftware: async (command, { call, services }, device) =>
    withoutReply(await services.software.change(call, device, command)),
  setProfile: async (command, { call, services }, device) =>
    withoutReply(await services.profiles.set(call, device, command)),
  createMeasurement: async (command, { call, services }, device) =>
    withoutReply(services.measurements.create(call, device, command)),
  createEvent: async (command, { call, services }, device) =>
    withoutReply(services.events.create(call, device, command)),
  clearEventFragments: async (command, { call, services }, device) =>
    withoutReply(await services.events.clearFragments(call, device, command.type, command.fragments)),
  updateParameters: async (command, { call, services }, device) =>
    withoutReply(await services.parameters.update(call, device, command)),
  raiseAlarm: async (command, { call, services }, device) =>
    withoutReply(await services.alarms.raise(call, device, command)),
  setAlarmSeverity: async (command, { call, services }, device) =>
    withoutReply(await services.alarms.setSeverity(call, device, command.type, command.severity)),
  clearAlarm: async (command, { call, services }, device) =>
    withoutReply(await services.alarms.clear(call, device, command.type)),
  clearAlarmFragments: async (command, { call, services }, device) =>
    withoutReply(await services.alarms.clearFragments(call, device, command.type, command.fragments)),
  updateOperations: async (command, { call, services, target }, device) =>
    withoutReply(await services.operations.updateFromDevice(call, await target.root(call), device, command)),
};

type DeviceCommand = Exclude<Command, { kind: 'createDevice' | 'upsertService' | 'setServiceStatus' | 'ask' }>;

/** Runs one command. Returns a refusal as a value; throws only for a fault of the platform. */
export async function run(command: Command, context: Context): Promise<Replied> {
  const { call, services, target } = context;
  switch (command.kind) {
    case 'createDevice':
      return withoutReply(await services.devices.createDevice(call, target.rootSerial, command));
    case 'setServiceStatus':
      // an unknown service is an error, not a new child
      return withoutReply(
        await services.devices.setServiceStatus(call, target.serial, command.status, await target.root(call)),
      );
    case 'upsertService':
      return upsertService(command, context);
    case 'ask':
      return replyTo(command.question, context);
    default: {
      const device = await target.addressed(call);
      return device.ok ? onDevice(command, context, device.value) : device;
    }
  }
}

/** The cast is safe, because `ON_DEVICE` has a handler of the same kind for each command. */
const onDevice = <K extends DeviceCommand['kind']>(
  command: Extract<DeviceCommand, { kind: K }>,
  context: Context,
  device: DeviceRef,
): Promise<Replied> => (ON_DEVICE[command.kind] as Handler<K>)(command, context, device);

/** The topic names the owner of the service. Where a client names the service itself, the connected device owns it. */
async function upsertService(
  command: Extract<Command, { kind: 'upsertService' }>,
  { call, services, target }: Context,
): Promise<Replied> {
  const root = await target.root(call);
  const owner = target.childSerial === command.serviceId ? ok(root) : await target.addressed(call);
  return owner.ok ? withoutReply(await services.devices.upsertService(call, owner.value, command, root)) : owner;
}

async function replyTo(question: Question, { call, services, target }: Context): Promise<Replied> {
  if (question === 'platformVersion') return ok({ kind: 'platformVersion', version: services.platformVersion });
  if (question === 'templates') return ok({ kind: 'templates' });
  const { tenant } = call.origin;
  if (question === 'pendingOperations') {
    const { id } = await target.root(call);
    return ok({ kind: 'pendingOperations', operations: await services.operations.handovers.answer(tenant, id) });
  }
  const device = await target.addressed(call);
  if (!device.ok) return device;
  if (question === 'managedObjectId') return ok({ kind: 'managedObjectId', id: device.value.id });
  return ok({ kind: 'children', serials: await services.devices.childSerials(tenant, device.value.id) });
}

/**
 * Whom a message is about: the connected device, or the child device or service that the topic names. Each is looked up
 * at most once per message, and created when data arrives for it
 * (docs/reference/mqtt-implementation.md#automatic-creation-of-devices).
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

  /** The addressed device; refused when it is not the connected device or below it. */
  addressed(call: Call): Promise<Result<DeviceRef, Refusal>> {
    this.addressedFound ??= this.find(call);
    return this.addressedFound;
  }

  /**
   * The device the rows were about, in its state after them. Undefined when no row needed a device, or when the device
   * is not below the sender. Costs a read only when a row has changed the device.
   */
  async addressedDevice(tenant: string): Promise<DeviceRef | undefined> {
    const found = this.addressedFound === undefined ? undefined : await this.addressedFound;
    const isRoot = this.childSerial === undefined && this.rootFound !== undefined;
    return found?.ok || isRoot ? this.devices.find(tenant, this.serial) : undefined;
  }

  private async find(call: Call): Promise<Result<DeviceRef, Refusal>> {
    const root = await this.root(call);
    if (this.childSerial === undefined || this.childSerial === this.rootSerial) return ok(root);
    return this.devices.ensureChild(call, root, this.childSerial);
  }
}
