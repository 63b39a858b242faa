import { printJson } from '../../../base/exact-json';
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { parameterValues } from './parameter-update';

/** What a downstream template sees of an operation. */
export interface OperationView {
  /** The value of the template's own fragment. */
  readonly fragment: Json;
  readonly fragments: JsonObject;
  readonly advancedSoftware: boolean;
}

/** A static template the platform sends. */
export interface OperationTemplate {
  readonly id: string;
  readonly title: string;
  /** The template is for operations with this fragment. */
  readonly fragment: string;
  /** A further condition, for people to read; `values` checks it. */
  readonly condition?: string;
  /**
   * What follows the device's serial, as docs/reference/static-templates.md#how-a-row-is-written-down-here writes it.
   */
  readonly params: string;
  /** The values after the serial; undefined when the template does not fit the operation. */
  values(operation: OperationView): readonly string[] | undefined;
}

/** A member as text. A missing member and null give an empty text; other values are written as in JSON. */
function member(value: Json | undefined, name: string): string {
  const found = isObject(value) ? value[name] : undefined;
  return textOf(found);
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : printJson(value);
}

/** The values of these members of the fragment, in this order. */
const members =
  (...names: readonly string[]) =>
  ({ fragment }: OperationView): readonly string[] =>
    names.map((name) => member(fragment, name));

const has = (value: Json, name: string): boolean =>
  isObject(value) && value[name] !== undefined && value[name] !== null;
const isPatch = (firmware: Json | undefined): boolean => ['true', '1'].includes(member(firmware, 'isPatch'));

/** These members of every list entry, entry by entry; undefined when the value is not a list. */
const entries = (value: Json | undefined, ...names: readonly string[]): readonly string[] | undefined =>
  Array.isArray(value) ? value.flatMap((entry: Json) => names.map((name) => member(entry, name))) : undefined;

const when = (fits: boolean, values: readonly string[] | undefined): readonly string[] | undefined =>
  fits ? values : undefined;

/**
 * 527 and 531 differ in the software members only. The row always contains all three markers
 * (docs/reference/static-templates.md#device-profile-rows).
 */
function profileValues(profile: Json, ...software: readonly string[]): readonly string[] {
  const { firmware, software: packages, configuration } = isObject(profile) ? profile : {};
  return [
    '$FW',
    ...['name', 'version', 'url'].map((name) => member(firmware, name)),
    String(isPatch(firmware)),
    member(firmware, 'dependency'),
    '$SW',
    ...(entries(packages, ...software) ?? []),
    '$CONF',
    ...(entries(configuration, 'url', 'type') ?? []),
  ];
}

function hasSoftwareTypes(profile: Json): boolean {
  const packages = isObject(profile) ? profile.software : undefined;
  return Array.isArray(packages) && packages.some((entry: Json) => member(entry, 'softwareType') !== '');
}

/**
 * The rows of operations (docs/reference/static-templates.md#templates-of-operations-sent-to-a-device). Of two
 * templates for one fragment only one is sent (docs/reference/static-templates.md#operations-in-two-forms), but 531
 * goes out beside 527.
 */
export const OPERATION_TEMPLATES: readonly OperationTemplate[] = [
  { id: '510', title: 'Restart', fragment: 'c8y_Restart', params: '', values: () => [] },
  { id: '511', title: 'Command', fragment: 'c8y_Command', params: 'commandText', values: members('text') },
  {
    id: '513',
    title: 'Configuration',
    fragment: 'c8y_Configuration',
    params: 'configuration',
    values: members('config'),
  },
  {
    id: '515',
    title: 'Firmware',
    fragment: 'c8y_Firmware',
    condition: 'not a patch',
    params: '[name],[version],[url]',
    values: (view) => when(!isPatch(view.fragment), members('name', 'version', 'url')(view)),
  },
  {
    id: '516',
    title: 'Software list',
    fragment: 'c8y_SoftwareList',
    params: '{name,version,url}1..n',
    values: ({ fragment }) => entries(fragment, 'name', 'version', 'url'),
  },
  {
    id: '517',
    title: 'Measurement request',
    fragment: 'c8y_MeasurementRequestOperation',
    params: '[requestName]',
    values: members('requestName'),
  },
  { id: '518', title: 'Relay', fragment: 'c8y_Relay', params: 'relayState', values: members('relayState') },
  {
    id: '519',
    title: 'Relay array',
    fragment: 'c8y_RelayArray',
    params: '{relayState}1..n',
    values: ({ fragment }) => (Array.isArray(fragment) ? fragment.map(textOf) : undefined),
  },
  {
    id: '520',
    title: 'Upload configuration file',
    fragment: 'c8y_UploadConfigFile',
    condition: 'without type',
    params: '',
    values: ({ fragment }) => when(!has(fragment, 'type'), []),
  },
  {
    id: '521',
    title: 'Download configuration file',
    fragment: 'c8y_DownloadConfigFile',
    condition: 'without type',
    params: 'url',
    values: (view) => when(!has(view.fragment, 'type'), members('url')(view)),
  },
  {
    id: '522',
    title: 'Log file request',
    fragment: 'c8y_LogfileRequest',
    params: '[logFile],[startDate],[endDate],[searchText],[maximumLines]',
    values: members('logFile', 'dateFrom', 'dateTo', 'searchText', 'maximumLines'),
  },
  {
    id: '523',
    title: 'Communication mode',
    fragment: 'c8y_CommunicationMode',
    params: 'mode',
    values: members('mode'),
  },
  {
    id: '524',
    title: 'Download configuration file with type',
    fragment: 'c8y_DownloadConfigFile',
    condition: 'with type',
    params: 'url,configurationType',
    values: (view) => when(has(view.fragment, 'type'), members('url', 'type')(view)),
  },
  {
    id: '525',
    title: 'Firmware from patch',
    fragment: 'c8y_Firmware',
    condition: 'isPatch is true',
    params: '[name],[version],[url],[dependency]',
    values: (view) => when(isPatch(view.fragment), members('name', 'version', 'url', 'dependency')(view)),
  },
  {
    id: '526',
    title: 'Upload configuration file with type',
    fragment: 'c8y_UploadConfigFile',
    condition: 'with type',
    params: 'configurationType',
    values: (view) => when(has(view.fragment, 'type'), members('type')(view)),
  },
  {
    id: '527',
    title: 'Device profile',
    fragment: 'c8y_DeviceProfile',
    params:
      '$FW,[firmwareName],[firmwareVersion],[firmwareUrl],[isPatch],[dependency],$SW,{name,version,url,action}0..n,$CONF,{configurationUrl,configurationType}0..n',
    values: ({ fragment }) => profileValues(fragment, 'name', 'version', 'url', 'action'),
  },
  {
    id: '528',
    title: 'Update software',
    fragment: 'c8y_SoftwareUpdate',
    condition: 'device without advanced software management',
    params: '{name,version,url,action}1..n',
    values: ({ fragment, advancedSoftware }) =>
      when(!advancedSoftware, entries(fragment, 'name', 'version', 'url', 'action')),
  },
  {
    id: '529',
    title: 'Update advanced software',
    fragment: 'c8y_SoftwareUpdate',
    condition: 'device with advanced software management',
    params: '{name,version,softwareType,url,action}1..n',
    values: ({ fragment, advancedSoftware }) =>
      when(advancedSoftware, entries(fragment, 'name', 'version', 'softwareType', 'url', 'action')),
  },
  {
    id: '530',
    title: 'Cloud Remote Access connect',
    fragment: 'c8y_RemoteAccessConnect',
    params: 'hostname,port,connectionKey',
    values: members('hostname', 'port', 'connectionKey'),
  },
  {
    id: '531',
    title: 'Device profile with software type',
    fragment: 'c8y_DeviceProfile',
    condition: 'beside 527, when a software entry has a type',
    params:
      '$FW,[firmwareName],[firmwareVersion],[firmwareUrl],[isPatch],[dependency],$SW,{name,version,softwareType,url,action}0..n,$CONF,{configurationUrl,configurationType}0..n',
    values: ({ fragment }) =>
      when(hasSoftwareTypes(fragment), profileValues(fragment, 'name', 'version', 'softwareType', 'url', 'action')),
  },
  {
    id: '532',
    title: 'Parameter update',
    fragment: 'c8y_ParameterUpdate',
    condition: 'at most 100 parameters',
    params: '{parameterName,dataType,value}1..n',
    values: ({ fragments }) => parameterValues(fragments),
  },
];
