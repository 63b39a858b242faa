import type { SeededRandom } from '@cirrus/local-aws';

/** What a row is made for. */
export interface RowContext {
  readonly random: SeededRandom;
  /** Serials that a row may name as a child device of the addressed device, and as its service. */
  readonly children: readonly string[];
  readonly services: readonly string[];
  /** ISO time that the device may send. */
  readonly time: string;
  /** A number that no other row of the day has. */
  readonly unique: number;
}

type RowMaker = (context: RowContext) => string;

const SEVERITIES = ['CRITICAL', 'MAJOR', 'MINOR', 'WARNING'] as const;
const ALARMS = ['acme_Hot', 'acme_Dry', 'acme_Loud'] as const;
const EVENTS = ['acme_Door', 'acme_Start'] as const;
/**
 * Fragments that `107` removes. `acme_Valve` is not one of them: whether a `408` with changeDetect makes an event does
 * depend on when a `107` of its fragment arrives (docs/reference/static-templates.md#device-parameters).
 */
const FRAGMENTS = ['c8y_Hardware', 'c8y_Position', 'acme_Pump', 'c8y_Firmware'] as const;
const PACKAGES = ['nginx', 'redis', 'curl'] as const;
const OPERATIONS = ['c8y_Restart', 'c8y_Command', 'c8y_Firmware', 'c8y_SoftwareUpdate'] as const;

/** The device's time, or none, so that the time of receipt counts. */
const time = ({ random, time: at }: RowContext): string => (random.chance(0.6) ? at : '');
const alarm =
  (id: string): RowMaker =>
  (context) =>
    `${id},${context.random.pick(ALARMS)},text ${context.unique},${time(context)}`;
const some = <T>({ random }: RowContext, all: readonly T[], least = 1): readonly T[] =>
  all.slice(0, random.between(least, all.length));
const softwareOf = ({ random, unique }: RowContext): string => {
  const names = PACKAGES.slice(0, random.between(1, PACKAGES.length));
  return names.map((name) => `${name},${random.between(1, 3)},apt,https://sw.acme.test/${unique}`).join(',');
};
const location = (context: RowContext): string =>
  `${context.unique},${context.random.below(180)},34,5,${time(context)}`;

/**
 * Makes a row of every static template that devices send. A test compares the table with the templates of the
 * protocol.
 */
export const ROWS: Readonly<Record<string, RowMaker>> = {
  '100': ({ unique }) => `100,Gateway ${unique},acme_Gateway`,
  '101': ({ random, children, unique }) =>
    `101,${random.pick(children)},Child ${unique},acme_Child,${random.pick(['true', 'true', 'false', ''])}`,
  '102': ({ random, services, unique }) =>
    `102,${random.pick(services)},systemd,service ${unique},${random.pick(['up', 'down'])}`,
  '104': ({ random }) => `104,${random.pick(['up', 'down', 'unknown'])}`,
  '105': () => '105',
  '107': (context) => `107,${context.random.pick(FRAGMENTS)}`,
  '110': ({ unique, random }) => `110,SN-${unique},BX-${random.below(9)},A`,
  '111': ({ unique }) => `111,${unique},8949001234567890123,,262,01,5A1F,00C3D2E1`,
  '112': ({ unique, random }) => `112,${unique},${random.below(180)}`,
  '113': ({ unique }) => `113,"poll=${unique}\nmode=eco"`,
  '114': (context) => `114,${some(context, OPERATIONS).join(',')}`,
  '115': ({ unique }) => `115,boiler-os,3.${unique},https://fw.acme.test/${unique}`,
  '116': (context) =>
    `116,${some(context, PACKAGES)
      .map((name) => `${name},${context.unique},`)
      .join(',')}`,
  '117': ({ random }) => `117,${random.pick([30, 60, 120])}`,
  '118': (context) => `118,${some(context, ['syslog', 'dmesg', 'audit']).join(',')}`,
  '119': (context) => `119,${some(context, ['net', 'time', 'users']).join(',')}`,
  '120': (context) => `120,net,https://cfg.acme.test/${context.unique},net.json,${time(context)}`,
  '121': ({ random, unique }) => `121,${random.pick(['true', 'false'])},profile-${unique}`,
  '122': ({ unique }) => `122,agent,1.${unique},https://agent.acme.test,Acme`,
  '123': () => '123',
  '125': () => '125',
  '140': (context) => `140,${softwareOf(context)}`,
  '141': (context) => `141,${softwareOf(context)}`,
  '142': ({ random }) => `142,${random.pick(PACKAGES)},${random.between(1, 3)}`,
  '143': (context) => `143,${some(context, ['apt', 'snap', 'docker']).join(',')}`,
  '150': (context) => `150,${some(context, ['SSH', 'VNC', 'TELNET']).join(',')}`,
  '200': (context) => `200,acme_Flow,${context.random.pick(['A', 'B'])},${context.unique},l/s,${time(context)}`,
  '201': (context) =>
    `201,acme_Set,${time(context)},acme_Flow,A,${context.unique},l/s,acme_Heat,T,${context.random.below(99)},C`,
  '210': (context) => `210,-${context.unique},3,${time(context)}`,
  '211': (context) => `211,${context.unique},${time(context)}`,
  '212': (context) => `212,${context.unique},${time(context)}`,
  '301': alarm('301'),
  '302': alarm('302'),
  '303': alarm('303'),
  '304': alarm('304'),
  '305': ({ random }) => `305,${random.pick(ALARMS)},${random.pick(SEVERITIES)}`,
  '306': ({ random }) => `306,${random.pick(ALARMS)}`,
  '307': ({ random }) => `307,${random.pick(ALARMS)},acme_Note`,
  '400': (context) => `400,${context.random.pick(EVENTS)},text ${context.unique},${time(context)}`,
  '401': (context) => `401,${location(context)}`,
  '402': (context) => `402,${location(context)}`,
  '407': ({ random }) => `407,${random.pick(['c8y_LocationUpdate', 'c8y_ParameterUpdate'])},c8y_Position,acme_Valve`,
  '408': (context) =>
    `408,,${time(context)},${context.random.pick(['', 'true', 'false'])},acme_Valve.open,BOOLEAN,${context.random.pick(['true', 'false'])},acme_Valve.limit,NUMBER,${context.random.below(4)}`,
  '500': () => '500',
  // no operation has this fragment or these ids: devices report by themselves of those that they get
  '501': () => '501,acme_None',
  '502': ({ unique }) => `502,acme_None,reason ${unique}`,
  '503': () => '503,acme_None',
  '504': ({ unique }) => `504,${unique}`,
  '505': ({ unique }) => `505,${unique},reason`,
  '506': ({ unique }) => `506,${unique}`,
  '507': () => '507,acme_None,restarted',
  '600': () => '600',
  '602': () => '602',
};

/** An operation for every static template that carries one; `key` names it. */
export const OPERATION_FRAGMENTS: Readonly<Record<string, (key: string) => Readonly<Record<string, object>>>> = {
  '510': () => ({ c8y_Restart: {} }),
  '511': (key) => ({ c8y_Command: { text: key } }),
  '513': (key) => ({ c8y_Configuration: { config: key } }),
  '515': (key) => ({ c8y_Firmware: { name: 'boiler-os', version: key, url: 'https://fw.acme.test' } }),
  '516': (key) => ({ c8y_SoftwareList: [{ name: 'nginx', version: key, url: '' }] }),
  '517': (key) => ({ c8y_MeasurementRequestOperation: { requestName: key } }),
  '518': (key) => ({ c8y_Relay: { relayState: key } }),
  '519': (key) => ({ c8y_RelayArray: ['OPEN', key] }),
  '520': () => ({ c8y_UploadConfigFile: {} }),
  '521': (key) => ({ c8y_DownloadConfigFile: { url: key, c8y_ConfigurationDump: { id: key } } }),
  '522': (key) => ({ c8y_LogfileRequest: { logFile: key, searchText: 'ERROR', maximumLines: 100 } }),
  '523': (key) => ({ c8y_CommunicationMode: { mode: key } }),
  '524': (key) => ({ c8y_DownloadConfigFile: { url: key, type: 'net' } }),
  '525': (key) => ({ c8y_Firmware: { name: 'boiler-os', version: key, url: '', isPatch: true, dependency: '1' } }),
  '526': (key) => ({ c8y_UploadConfigFile: { type: key } }),
  '527': (key) => ({ c8y_DeviceProfile: { firmware: { name: 'boiler-os', version: key } } }),
  '528': (key) => ({ c8y_SoftwareUpdate: [{ name: 'nginx', version: key, action: 'install' }] }),
  '529': (key) => ({ c8y_SoftwareUpdate: [{ name: 'nginx', version: key, softwareType: 'apt', action: 'install' }] }),
  '530': (key) => ({ c8y_RemoteAccessConnect: { hostname: 'host', port: 22, connectionKey: key } }),
  '531': (key) => ({ c8y_DeviceProfile: { software: [{ name: 'nginx', version: key, softwareType: 'apt' }] } }),
  '532': (key) => ({ c8y_ParameterUpdate: {}, c8y_ParameterUpdate_acme_Label: {}, acme_Label: { text: key } }),
};
