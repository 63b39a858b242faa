import { ok, type Result } from '../base/result';
import type { ReadingCall } from '../platform/call';
import type { Answer, Command, CommandKind, Question } from '../platform/commands';
import type { DeviceRef } from '../platform/model';
import type { Refusal } from '../platform/refusal';
import type { PlatformServices } from '../platform/services';
import type { Target } from './target';

/** What a command leaves to say to the device: nothing, an answer, or all its pending operations (500). */
export type Said = Answer | { readonly kind: 'pendingOperations'; readonly agent: DeviceRef } | undefined;

interface Context {
  readonly call: ReadingCall;
  readonly services: PlatformServices;
  readonly target: Target;
}
type Handler<K extends CommandKind> = (
  command: Extract<Command, { kind: K }>,
  context: Context,
  device: DeviceRef,
) => Promise<Result<Said, Refusal>>;

const done = ok(undefined);
/** Keeps the refusal of a service and drops what it made: the device is told nothing on success. */
const quiet = <T>(result: Result<T, Refusal>): Result<Said, Refusal> => (result.ok ? done : result);

/** Commands that act on a device which exists, or is created by their arrival. */
const ON_DEVICE: { readonly [K in DeviceCommand['kind']]: Handler<K> } = {
  createChild: async (command, { call, services }, device) =>
    quiet(await services.devices.createChild(call, device, command)),
  updateInventory: async (command, { call, services }, device) =>
    quiet(await services.inventory.updateFragments(call, device.id, command)),
  // a message about a device is a sign of its life already, which `ingest` reports
  heartbeat: async () => done,
  changeSoftware: async (command, { call, services }, device) => {
    await services.software.change(call, device, command);
    return done;
  },
  setProfile: async (command, { call, services }, device) => quiet(await services.profiles.set(call, device, command)),
  createMeasurement: async (command, { call, services }, device) => {
    services.measurements.create(call, device, command);
    return done;
  },
  createEvent: async (command, { call, services }, device) => {
    services.events.create(call, device, command);
    return done;
  },
  clearEventFragments: async (command, { call, services }, device) =>
    quiet(await services.events.clearFragments(call, device, command.type, command.fragments)),
  updateParameters: async (command, { call, services }, device) =>
    quiet(await services.parameters.update(call, device, command)),
  raiseAlarm: async (command, { call, services }, device) => quiet(await services.alarms.raise(call, device, command)),
  setAlarmSeverity: async (command, { call, services }, device) =>
    quiet(await services.alarms.setSeverity(call, device, command.type, command.severity)),
  clearAlarm: async (command, { call, services }, device) =>
    quiet(await services.alarms.clear(call, device, command.type)),
  clearAlarmFragments: async (command, { call, services }, device) =>
    quiet(await services.alarms.clearFragments(call, device, command.type, command.fragments)),
  updateOperations: async (command, { call, services, target }, device) =>
    quiet(await services.operations.updateFromDevice(call, await target.root(call), device, command)),
};

type DeviceCommand = Exclude<Command, { kind: 'createDevice' | 'upsertService' | 'setServiceStatus' | 'ask' }>;

/** Runs one command; what it refuses is a value, what it throws is a fault of the platform. */
export async function run(command: Command, context: Context): Promise<Result<Said, Refusal>> {
  const { call, services, target } = context;
  switch (command.kind) {
    case 'createDevice':
      return quiet(await services.devices.createDevice(call, target.rootSerial, command));
    case 'setServiceStatus':
      // an unknown service is an error, not a new child (static-templates 104)
      return quiet(await services.devices.setServiceStatus(call, target.serial, command.status));
    case 'upsertService':
      return upsertService(command, context);
    case 'ask':
      return answer(command.question, context);
    default: {
      const device = await target.addressed(call);
      return device.ok ? onDevice(command, context, device.value) : device;
    }
  }
}

/** The handler of a kind takes the commands of that kind; the compiler cannot follow the pair through the table. */
const onDevice = <K extends DeviceCommand['kind']>(
  command: Extract<DeviceCommand, { kind: K }>,
  context: Context,
  device: DeviceRef,
): Promise<Result<Said, Refusal>> => (ON_DEVICE[command.kind] as Handler<K>)(command, context, device);

/** The topic names the owner; clients that name the service itself mean the connected device (static-templates 102). */
async function upsertService(
  command: Extract<Command, { kind: 'upsertService' }>,
  { call, services, target }: Context,
): Promise<Result<Said, Refusal>> {
  const owner = target.childSerial === command.serviceId ? ok(await target.root(call)) : await target.addressed(call);
  return owner.ok ? quiet(await services.devices.upsertService(call, owner.value, command)) : owner;
}

async function answer(question: Question, { call, services, target }: Context): Promise<Result<Said, Refusal>> {
  if (question === 'platformVersion') return ok({ kind: 'platformVersion', version: services.platformVersion });
  if (question === 'templates') return ok({ kind: 'templates' });
  if (question === 'pendingOperations') return ok({ kind: 'pendingOperations', agent: await target.root(call) });
  const device = await target.addressed(call);
  if (!device.ok) return device;
  if (question === 'managedObjectId') return ok({ kind: 'managedObjectId', id: device.value.id });
  return ok({ kind: 'children', serials: await services.devices.childSerials(call.origin.tenant, device.value.id) });
}
