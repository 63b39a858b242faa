import type { Json, JsonObject } from '../../lib/base/json';
import type { Command, CommandKind, OperationSelector, Question, Reply } from '../../lib/platform/commands';
import type { UplinkAddress } from '../../lib/protocols/protocol';

/** What a command does: a sentence, and the REST request with the same effect, if there is one. */
export interface Explanation {
  readonly does: string;
  readonly request?: { readonly method: 'POST' | 'PUT' | 'DELETE'; readonly path: string; readonly body: Json };
  /** The answer to a question. */
  readonly reply?: Reply;
}

type Explain<K extends CommandKind> = (command: Extract<Command, { kind: K }>, ctx: UplinkAddress) => Explanation;

/** Explains a command without a server. Ids that only the platform knows are written `<…>`. */
export function explain(command: Command, ctx: UplinkAddress): Explanation {
  // the entry for a kind takes the command of that kind, which the compiler cannot see across the lookup
  const explainer = EXPLAINERS[command.kind] as (command: Command, ctx: UplinkAddress) => Explanation;
  return explainer(command, ctx);
}

const idOf = (serial: string): string => `<id of ${serial}>`;
const timeOf = (time: string | undefined, ctx: UplinkAddress): string => time ?? new Date(ctx.receivedAt).toISOString();

const post = (does: string, path: string, body: Json): Explanation => ({
  does,
  request: { method: 'POST', path, body },
});
const put = (does: string, path: string, body: Json): Explanation => ({ does, request: { method: 'PUT', path, body } });

const updateObject = (does: string, ctx: UplinkAddress, body: JsonObject): Explanation =>
  put(does, `/inventory/managedObjects/${idOf(ctx.serial)}`, body);

const clear = (names: readonly string[]): JsonObject => Object.fromEntries(names.map((name) => [name, null]));

const ASKED: { readonly [Q in Question]: { readonly what: string; readonly reply: Reply } } = {
  children: { what: 'the child devices', reply: { kind: 'children', serials: ['<external id>'] } },
  managedObjectId: { what: 'the managed object id', reply: { kind: 'managedObjectId', id: '<id>' } },
  pendingOperations: { what: 'all PENDING operations', reply: { kind: 'pendingOperations', operations: [] } },
  platformVersion: { what: 'the version of the platform', reply: { kind: 'platformVersion', version: '<version>' } },
  templates: { what: 'the ids of all templates', reply: { kind: 'templates' } },
};

const SOFTWARE_METHODS = { replace: 'POST', append: 'PUT', remove: 'DELETE' } as const;

const EXPLAINERS: { readonly [K in CommandKind]: Explain<K> } = {
  createDevice: ({ name = null, type = null }, { serial }) =>
    post(`creates the device ${serial}, or answers that it exists`, '/inventory/managedObjects', {
      name,
      type,
      c8y_IsDevice: {},
      com_cumulocity_model_Agent: {},
    }),
  createChild: ({ childId, name = null, type = null, isDevice }, { serial }) =>
    post(
      `creates the child device ${childId} of ${serial}, unless it exists`,
      `/inventory/managedObjects/${idOf(serial)}/childDevices`,
      { name, type, ...(isDevice ? { c8y_IsDevice: {} } : {}) },
    ),
  upsertService: ({ serviceId, serviceType, name, status }, { serial, rootSerial }) => {
    const owner = serviceId === serial ? rootSerial : serial;
    return post(
      `creates or updates the service ${serviceId} of ${owner}`,
      `/inventory/managedObjects/${idOf(owner)}/childAdditions`,
      { type: 'c8y_Service', name, serviceType, status },
    );
  },
  setServiceStatus: ({ status }, ctx) =>
    updateObject(`sets the status of the service ${ctx.serial}, which must exist`, ctx, { status }),
  updateInventory: ({ set, remove }, ctx) =>
    updateObject(`updates the object of ${ctx.serial}`, ctx, { ...set, ...clear(remove) }),
  requireAvailability: ({ responseInterval }, ctx) =>
    updateObject(`updates the object of ${ctx.serial}, unless the fragment exists`, ctx, {
      c8y_RequiredAvailability: { responseInterval },
    }),
  heartbeat: (_, { serial }) => ({ does: `counts as a sign of life of ${serial} and changes nothing else` }),
  changeSoftware: ({ change, items }, { serial }) => ({
    does: `${change}s entries of the advanced software list of ${serial}`,
    request: {
      method: SOFTWARE_METHODS[change],
      path: `/service/advanced-software-mgmt/software?deviceId=${idOf(serial)}`,
      body: items.map((item) => ({ ...item })),
    },
  }),
  setProfile: ({ executed, profileId = '<of the oldest EXECUTING c8y_DeviceProfile operation>' }, ctx) =>
    updateObject(`notes the device profile of ${ctx.serial}`, ctx, {
      c8y_Profile: { profileName: '<name of the profile>', profileId, profileExecuted: executed },
    }),
  createMeasurement: ({ type, time, fragments }, ctx) =>
    post(`creates a measurement of ${ctx.serial}`, '/measurement/measurements', {
      source: { id: idOf(ctx.serial) },
      type,
      time: timeOf(time, ctx),
      ...fragments,
    }),
  createEvent: ({ type, text, time, fragments }, ctx) =>
    post(`creates an event of ${ctx.serial}`, '/event/events', {
      source: { id: idOf(ctx.serial) },
      type,
      text,
      time: timeOf(time, ctx),
      ...fragments,
    }),
  clearEventFragments: ({ type, fragments }, { serial }) =>
    put(
      `clears fragments of the newest ${type} event of ${serial}`,
      `/event/events/<newest ${type}>`,
      clear(fragments),
    ),
  updateParameters: ({ text = '', time, onlyIfChanged, fragments }, ctx) =>
    post(
      `creates a parameter event of ${ctx.serial} and copies the parameters to its object${onlyIfChanged ? ', if they differ' : ''}`,
      '/event/events',
      { source: { id: idOf(ctx.serial) }, type: 'c8y_ParameterUpdate', text, time: timeOf(time, ctx), ...fragments },
    ),
  raiseAlarm: ({ type, text, severity, time }, ctx) =>
    post(`raises an alarm of ${ctx.serial}, or counts the open one of this type up`, '/alarm/alarms', {
      source: { id: idOf(ctx.serial) },
      type,
      text,
      severity,
      status: 'ACTIVE',
      time: timeOf(time, ctx),
    }),
  setAlarmSeverity: ({ type, severity }, { serial }) =>
    put(`changes the severity of the open ${type} alarm of ${serial}`, `/alarm/alarms/<open ${type}>`, { severity }),
  clearAlarm: ({ type }, { serial }) =>
    put(`clears the open ${type} alarm of ${serial}`, `/alarm/alarms/<open ${type}>`, { status: 'CLEARED' }),
  clearAlarmFragments: ({ type, fragments }, { serial }) =>
    put(`clears fragments of the ${type} alarm of ${serial}`, `/alarm/alarms/<${type}>`, clear(fragments)),
  updateOperations: ({ select, status, failureReason, parameters }, { serial }) => ({
    ...put(`sets ${selected(select)} of ${serial} to ${status}`, `/devicecontrol/operations/${operationId(select)}`, {
      status,
      ...(failureReason === undefined ? {} : { failureReason }),
      ...(parameters.length === 0 ? {} : { '<parameters>': parameters }),
    }),
  }),
  ask: ({ question }, { serial }) => {
    const { what, reply } = ASKED[question];
    return { does: `${serial} asks for ${what}`, reply };
  },
};

function selected(select: OperationSelector): string {
  if (select.by === 'id') return `operation ${select.id}`;
  const of = select.fragment === undefined ? '' : ` ${select.fragment}`;
  return select.by === 'oldest' ? `the oldest ${select.from}${of} operation` : `all ${select.from}${of} operations`;
}

const operationId = (select: OperationSelector): string =>
  select.by === 'id' ? select.id : `<${select.by} ${select.from}${select.fragment ? ` ${select.fragment}` : ''}>`;
