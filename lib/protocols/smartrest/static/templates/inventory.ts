import { defined } from '../../../../base/defined';
import type { Json } from '../../../../base/json';
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

/** For lists whose fragment is removed when they are empty (143, 150). */
const setOrRemove = (name: string, values: readonly string[]): readonly Command[] =>
  values.length === 0 ? remove(name) : set(name, values);

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

/** 1xx: docs/reference/static-templates.md#templates-of-the-inventory. */
export const inventoryTemplates: readonly Template[] = [
  /** docs/reference/static-templates.md#100-device-creation: the platform knows whether it exists. */
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

  /** docs/reference/static-templates.md#101-child-device-creation: the child id is the external id as sent. */
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

  /** docs/reference/static-templates.md#102-service-creation */
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

  /** docs/reference/static-templates.md#104-service-status-update */
  template('104', 'Service status update', [mandatory('serviceStatus', text)], (v) => [
    { kind: 'setServiceStatus', status: v.serviceStatus },
  ]),

  /** docs/reference/static-templates.md#105-get-child-devices: answered with 106. */
  template('105', 'Get child devices', [], () => [{ kind: 'ask', question: 'children' }]),

  /** docs/reference/static-templates.md#107-clear-device-fragment: one protected name refuses the whole row. */
  template(
    '107',
    'Clear device fragment',
    [list('fragmentName', text, { min: 1 })],
    (v) => protectedNames('managed object', v.fragmentName) ?? remove(...v.fragmentName),
  ),

  /** docs/reference/static-templates.md#110-configure-hardware */
  template(
    '110',
    'Configure hardware',
    [optional('serialNumber', text), optional('model', text), optional('revision', text)],
    ({ serialNumber, model, revision }) => set('c8y_Hardware', defined({ serialNumber, model, revision })),
  ),

  /**
   * docs/reference/static-templates.md#111-configure-mobile; docs/reference/static-templates.md#missing-values lists
   * the members that are stored as null.
   */
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
      set('c8y_Mobile', defined({ imei, iccid, imsi, mcc, mnc, lac, cellId })),
  ),

  /** docs/reference/static-templates.md#112-configure-position */
  template(
    '112',
    'Configure position',
    [
      optional('latitude', number),
      optional('longitude', number),
      optional('altitude', number),
      optional('accuracy', integer),
    ],
    (v) => set('c8y_Position', defined({ lat: v.latitude, lng: v.longitude, alt: v.altitude, accuracy: v.accuracy })),
  ),

  /** docs/reference/static-templates.md#113-set-configuration */
  template('113', 'Set configuration', [optional('configuration', text)], (v) =>
    set('c8y_Configuration', defined({ config: v.configuration })),
  ),

  /** docs/reference/static-templates.md#114-set-supported-operations: replaces the list. */
  template('114', 'Set supported operations', [list('operation', text)], (v) =>
    set('c8y_SupportedOperations', v.operation),
  ),

  /** docs/reference/static-templates.md#115-set-firmware: an omitted url is stored as null. */
  template(
    '115',
    'Set firmware',
    [optional('name', text), optional('version', text), optional('url', text)],
    ({ name, version, url = null }) => set('c8y_Firmware', defined({ name, version, url })),
  ),

  /** docs/reference/static-templates.md#116-set-software-list: an omitted url is stored as null. */
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

  /**
   * docs/reference/static-templates.md#117-set-required-availability: never overwrites what is there. A row without a
   * value has nothing to set, so it is refused.
   */
  template('117', 'Set required availability', [optional('requiredInterval', integer)], (v) =>
    v.requiredInterval === undefined
      ? refusal(
          45,
          'requiredInterval (parameter 1) is missing',
          'send 117 with the interval in minutes, 0 for maintenance',
        )
      : [{ kind: 'requireAvailability', responseInterval: v.requiredInterval }],
  ),

  /** docs/reference/static-templates.md#118-set-supported-logs */
  template('118', 'Set supported logs', [list('logType', text)], (v) => set('c8y_SupportedLogs', v.logType)),

  /** docs/reference/static-templates.md#119-set-supported-configurations */
  template('119', 'Set supported configurations', [list('configurationType', text)], (v) =>
    set('c8y_SupportedConfigurations', v.configurationType),
  ),

  /** docs/reference/static-templates.md#120-set-currently-installed-configuration: type is in the fragment's name. */
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

  /**
   * docs/reference/static-templates.md#121-set-device-profile-being-applied: the profile's name, and its id
   * when that is left out, come from the platform's operations.
   */
  template(
    '121',
    'Set device profile being applied',
    [mandatory('profileExecuted', boolean), optional('profileId', text, 'that of the oldest EXECUTING operation')],
    ({ profileExecuted: executed, profileId }) => [
      profileId === undefined ? { kind: 'setProfile', executed } : { kind: 'setProfile', executed, profileId },
    ],
  ),

  /** docs/reference/static-templates.md#122-set-device-agent-information */
  template(
    '122',
    'Set device agent information',
    [mandatory('name', text), mandatory('version', text), optional('url', text), mandatory('maintainer', text)],
    ({ name, version, url, maintainer }) => set('c8y_Agent', defined({ name, version, url, maintainer })),
  ),

  /** docs/reference/static-templates.md#123-get-device-managed-object-id: answered with 124. */
  template('123', 'Get device managed object id', [], () => [{ kind: 'ask', question: 'managedObjectId' }]),

  /** docs/reference/static-templates.md#125-send-heartbeat */
  template('125', 'Send heartbeat', [], () => [{ kind: 'heartbeat' }]),

  /**
   * docs/reference/static-templates.md#140-set-advanced-software-list: without items the list is emptied, as clients do
   * with `140,,,,`. An empty version is accepted.
   */
  template('140', 'Set advanced software list', [groups('software', softwareItem, { min: 0 })], (v) => [
    { kind: 'changeSoftware', change: 'replace', items: items(v.software) },
  ]),

  /** docs/reference/static-templates.md#141-append-advanced-software-items */
  template('141', 'Append advanced software items', [groups('software', softwareItem, { min: 1 })], (v) => [
    { kind: 'changeSoftware', change: 'append', items: items(v.software) },
  ]),

  /** docs/reference/static-templates.md#142-remove-advanced-software-items */
  template(
    '142',
    'Remove advanced software items',
    [groups('software', [mandatory('name', text), optional('version', text)], { min: 1 })],
    (v) => [{ kind: 'changeSoftware', change: 'remove', items: items(v.software) }],
  ),

  /** docs/reference/static-templates.md#143-set-supported-software-types */
  template('143', 'Set supported software types', [list('softwareType', text)], (v) =>
    setOrRemove('c8y_SupportedSoftwareTypes', v.softwareType),
  ),

  /** docs/reference/static-templates.md#150-set-supported-remote-access-protocols: stored in upper case. */
  template(
    '150',
    'Set supported remote access protocols',
    [list('protocol', oneOfInAnyCase('SSH', 'TELNET', 'VNC', 'PASSTHROUGH'))],
    (v) => setOrRemove('c8y_RemoteAccessSupportedProtocols', v.protocol),
  ),
];
