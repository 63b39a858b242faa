import { defined } from '../../../../base/defined';
import type { Json, JsonObject } from '../../../../base/json';
import type { Command, SoftwareItem } from '../../../../platform/commands';
import { refusal } from '../../refusals';
import { boolean, date, integer, number, oneOfInAnyCase, template, text, unlessFalse } from './interpreter';
import { protectedNames } from './protected-names';
import { groups, list, mandatory, optional, type Template } from './template';

const set = (name: string, value: Json): readonly Command[] => [
  { kind: 'updateInventory', set: { [name]: value }, remove: [] },
];

const remove = (...names: readonly string[]): readonly Command[] => [
  { kind: 'updateInventory', set: {}, remove: names },
];

/** A list fragment whose empty form is absence (143, 150). */
const setOrRemove = (name: string, values: readonly string[]): readonly Command[] =>
  values.length === 0 ? remove(name) : set(name, values);

/** The members that were given. */
function given(members: Record<string, Json | undefined>): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept[name] = value;
  return kept;
}

const softwareItem = [
  mandatory('name', text),
  optional('version', text),
  optional('softwareType', text),
  optional('url', text),
] as const;

interface GivenSoftware {
  readonly name: string;
  readonly version: string | undefined;
  readonly softwareType?: string | undefined;
  readonly url?: string | undefined;
}

const items = (values: readonly GivenSoftware[]): readonly SoftwareItem[] =>
  values.map(({ name, version = '', softwareType, url }) => defined({ name, version, softwareType, url }));

/** 1xx (static-templates section 8.1). */
export const inventoryTemplates: readonly Template[] = [
  /** Section 8.1, 100. That the device exists already is for the platform to find out. */
  template(
    '100',
    'Device creation',
    [optional('deviceName', text, 'MQTT Device <serialNumber>'), optional('deviceType', text, 'c8y_MQTTDevice')],
    (v, ctx) => [
      {
        kind: 'createDevice',
        name: v.deviceName ?? `MQTT Device ${ctx.serial}`,
        type: v.deviceType ?? 'c8y_MQTTDevice',
      },
    ],
  ),

  /** Section 8.1, 101; the child id is the external id verbatim (section 3.4). */
  template(
    '101',
    'Child device creation',
    [
      mandatory('uniqueChildId', text),
      optional('deviceName', text, 'MQTT Device <uniqueChildId>'),
      optional('deviceType', text, 'c8y_MQTTChildDevice'),
      optional('childDeviceMarker', unlessFalse, 'true'),
    ],
    (v) => [
      {
        kind: 'createChild',
        childId: v.uniqueChildId,
        name: v.deviceName ?? `MQTT Device ${v.uniqueChildId}`,
        type: v.deviceType ?? 'c8y_MQTTChildDevice',
        isDevice: v.childDeviceMarker ?? true,
      },
    ],
  ),

  /** Section 8.1, 102; parameter order of the newer pages (section 12). */
  template(
    '102',
    'Service creation',
    [
      mandatory('serviceUniqueExternalId', text),
      mandatory('serviceType', text),
      mandatory('serviceName', text),
      mandatory('serviceStatus', text),
    ],
    (v) => [
      {
        kind: 'upsertService',
        serviceId: v.serviceUniqueExternalId,
        serviceType: v.serviceType,
        name: v.serviceName,
        status: v.serviceStatus,
      },
    ],
  ),

  /** Section 8.1, 104. */
  template('104', 'Service status update', [mandatory('serviceStatus', text)], (v) => [
    { kind: 'setServiceStatus', status: v.serviceStatus },
  ]),

  /** Section 8.1, 105; answered with 106. */
  template('105', 'Get child devices', [], () => [{ kind: 'ask', question: 'children' }]),

  /** Section 8.1, 107: one protected name refuses the row, so that nothing is half done. */
  template(
    '107',
    'Clear device fragment',
    [list('fragmentName', text, { min: 1 })],
    (v) => protectedNames('managed object', v.fragmentName) ?? remove(...v.fragmentName),
  ),

  /** Section 8.1, 110. */
  template(
    '110',
    'Configure hardware',
    [optional('serialNumber', text), optional('model', text), optional('revision', text)],
    ({ serialNumber, model, revision }) => set('c8y_Hardware', given({ serialNumber, model, revision })),
  ),

  /** Section 8.1, 111; section 4.3 lists the members that are stored as null. */
  template(
    '111',
    'Configure mobile',
    [
      optional('imei', text),
      optional('iccid', text),
      optional('imsi', text),
      optional('mcc', text),
      optional('mnc', text),
      optional('lac', text),
      optional('cellId', text),
    ],
    ({ imei = null, iccid, imsi = null, mcc = null, mnc = null, lac = null, cellId = null }) =>
      set('c8y_Mobile', given({ imei, iccid, imsi, mcc, mnc, lac, cellId })),
  ),

  /** Section 8.1, 112. */
  template(
    '112',
    'Configure position',
    [
      optional('latitude', number),
      optional('longitude', number),
      optional('altitude', number),
      optional('accuracy', integer),
    ],
    (v) => set('c8y_Position', given({ lat: v.latitude, lng: v.longitude, alt: v.altitude, accuracy: v.accuracy })),
  ),

  /** Section 8.1, 113. */
  template('113', 'Set configuration', [optional('configuration', text)], (v) =>
    set('c8y_Configuration', given({ config: v.configuration })),
  ),

  /** Section 8.1, 114: replaces the list; no element, empty list (section 13 no. 10). */
  template('114', 'Set supported operations', [list('operation', text)], (v) =>
    set('c8y_SupportedOperations', v.operation),
  ),

  /** Section 8.1, 115; an omitted url is stored as null (section 4.3). */
  template(
    '115',
    'Set firmware',
    [optional('name', text), optional('version', text), optional('url', text)],
    ({ name, version, url = null }) => set('c8y_Firmware', given({ name, version, url })),
  ),

  /** Section 8.1, 116; an omitted url is stored as null (section 4.3). */
  template(
    '116',
    'Set software list',
    [groups('software', [optional('name', text), optional('version', text), optional('url', text)], { min: 0 })],
    (v) =>
      set(
        'c8y_SoftwareList',
        v.software.map(({ name = '', version = '', url = null }) => ({ name, version, url })),
      ),
  ),

  /** Section 8.1, 117: never overwrites what is there. Without a value there is nothing to set, which is refused. */
  template('117', 'Set required availability', [optional('requiredInterval', integer)], (v) =>
    v.requiredInterval === undefined
      ? refusal(
          45,
          'requiredInterval (parameter 1) is missing',
          'send 117 with the interval in minutes, 0 for maintenance',
        )
      : [
          {
            kind: 'updateInventory',
            set: { c8y_RequiredAvailability: { responseInterval: v.requiredInterval } },
            remove: [],
            onlyIfAbsent: true,
          },
        ],
  ),

  /** Section 8.1, 118. */
  template('118', 'Set supported logs', [list('logType', text)], (v) => set('c8y_SupportedLogs', v.logType)),

  /** Section 8.1, 119. */
  template('119', 'Set supported configurations', [list('configurationType', text)], (v) =>
    set('c8y_SupportedConfigurations', v.configurationType),
  ),

  /** Section 8.1, 120: the type is part of the fragment's name, verbatim. */
  template(
    '120',
    'Set currently installed configuration',
    [
      mandatory('configurationType', text),
      mandatory('url', text),
      optional('fileName', text, '<configurationType>'),
      optional('time', date, 'server time'),
    ],
    ({ configurationType: type, url, fileName, time }, ctx) =>
      set(`c8y_Configuration_${type}`, {
        name: fileName ?? type,
        time: time ?? new Date(ctx.receivedAt).toISOString(),
        type,
        url,
      }),
  ),

  /** Section 8.1, 121; the profile's name, and its id when left out, come from the platform's operations. */
  template(
    '121',
    'Set device profile being applied',
    [mandatory('profileExecuted', boolean), optional('profileId', text, 'that of the oldest EXECUTING operation')],
    ({ profileExecuted: executed, profileId }) => [
      profileId === undefined ? { kind: 'setProfile', executed } : { kind: 'setProfile', executed, profileId },
    ],
  ),

  /** Section 8.1, 122. */
  template(
    '122',
    'Set device agent information',
    [mandatory('name', text), mandatory('version', text), optional('url', text), mandatory('maintainer', text)],
    ({ name, version, url, maintainer }) => set('c8y_Agent', given({ name, version, url, maintainer })),
  ),

  /** Section 8.1, 123; answered with 124. */
  template('123', 'Get device managed object id', [], () => [{ kind: 'ask', question: 'managedObjectId' }]),

  /** Section 8.1, 125. */
  template('125', 'Send heartbeat', [], () => [{ kind: 'heartbeat' }]),

  /** Section 8.1, 140: without items the list is emptied, as clients do with `140,,,,`; an empty version is accepted. */
  template('140', 'Set advanced software list', [groups('software', softwareItem, { min: 0 })], (v) => [
    { kind: 'changeSoftware', change: 'replace', items: items(v.software) },
  ]),

  /** Section 8.1, 141. */
  template('141', 'Append advanced software items', [groups('software', softwareItem, { min: 1 })], (v) => [
    { kind: 'changeSoftware', change: 'append', items: items(v.software) },
  ]),

  /** Section 8.1, 142. */
  template(
    '142',
    'Remove advanced software items',
    [groups('software', [mandatory('name', text), optional('version', text)], { min: 1 })],
    (v) => [{ kind: 'changeSoftware', change: 'remove', items: items(v.software) }],
  ),

  /** Section 8.1, 143. */
  template('143', 'Set supported software types', [list('softwareType', text)], (v) =>
    setOrRemove('c8y_SupportedSoftwareTypes', v.softwareType),
  ),

  /** Section 8.1, 150: any case accepted, upper case stored (section 13 no. 15). */
  template(
    '150',
    'Set supported remote access protocols',
    [list('protocol', oneOfInAnyCase('SSH', 'TELNET', 'VNC', 'PASSTHROUGH'))],
    (v) => setOrRemove('c8y_RemoteAccessSupportedProtocols', v.protocol),
  ),
];
