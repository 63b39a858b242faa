import type { Reason, Refusal, RefusalOf } from '../../lib/platform/refusal';

/** One refusal of each reason. The compiler reports a reason that is left out. */
const EXAMPLES: { readonly [R in Reason]: RefusalOf<R> } = {
  unknown: { kind: 'notFound', reason: 'unknown', subject: 'managedObject', id: '7' },
  unknownExternalId: {
    kind: 'notFound',
    reason: 'unknownExternalId',
    subject: 'externalId',
    type: 'c8y_Serial',
    externalId: 'pump',
  },
  unknownTarget: { kind: 'notFound', reason: 'unknownTarget', subject: 'operation', id: '7' },
  notAChild: {
    kind: 'notFound',
    reason: 'notAChild',
    subject: 'managedObject',
    child: '8',
    parent: '7',
    children: 'childDevices',
  },
  unknownService: { kind: 'notFound', reason: 'unknownService', subject: 'managedObject', serial: 'broker' },
  deviceGone: { kind: 'notFound', reason: 'deviceGone', subject: 'managedObject', serial: 'pump' },
  noOpenAlarm: { kind: 'notFound', reason: 'noOpenAlarm', subject: 'alarm', type: 'acme_Hot' },
  noEventOfType: { kind: 'notFound', reason: 'noEventOfType', subject: 'event', type: 'acme_Boot' },
  noSuchOperation: {
    kind: 'notFound',
    reason: 'noSuchOperation',
    subject: 'operation',
    status: 'PENDING',
    fragment: 'c8y_Restart',
  },
  otherDevice: { kind: 'notFound', reason: 'otherDevice', subject: 'operation', id: '9', deviceId: '7' },
  noProfileOperation: { kind: 'notFound', reason: 'noProfileOperation', subject: 'operation' },
  taken: { kind: 'exists', reason: 'taken', subject: 'user', id: 'anna' },
  externalIdTaken: {
    kind: 'exists',
    reason: 'externalIdTaken',
    subject: 'externalId',
    type: 'c8y_Serial',
    externalId: 'pump',
  },
  deviceExists: { kind: 'exists', reason: 'deviceExists', subject: 'managedObject', serial: 'pump' },
  busy: { kind: 'conflict', reason: 'busy', subject: 'managedObject', id: '7' },
  ownParent: { kind: 'invalid', reason: 'ownParent', subject: 'managedObject', serial: 'pump' },
  ownService: { kind: 'invalid', reason: 'ownService', subject: 'managedObject', serial: 'broker' },
  circle: { kind: 'invalid', reason: 'circle', subject: 'managedObject', child: '8', parent: '7' },
  namelessFragment: { kind: 'invalid', reason: 'namelessFragment', subject: 'managedObject' },
  notText: { kind: 'invalid', reason: 'notText', subject: 'managedObject', member: 'name' },
  protectedMember: { kind: 'invalid', reason: 'protectedMember', subject: 'event', member: 'time' },
  noAgent: { kind: 'invalid', reason: 'noAgent', subject: 'operation', deviceId: '7' },
  cannotBecome: {
    kind: 'invalid',
    reason: 'cannotBecome',
    subject: 'operation',
    id: '9',
    status: 'FAILED',
    wanted: 'EXECUTING',
  },
  replaced: { kind: 'invalid', reason: 'replaced', subject: 'alarm', id: '5', type: 'acme_Hot' },
  unknownSource: { kind: 'invalid', reason: 'unknownSource', subject: 'measurement', id: '7' },
  userName: { kind: 'invalid', reason: 'userName', subject: 'user', name: 'a/b' },
  passwordLength: { kind: 'invalid', reason: 'passwordLength', subject: 'user', minCharacters: 6, maxBytes: 512 },
  tenantId: { kind: 'invalid', reason: 'tenantId', subject: 'tenant', id: 'a/b' },
  retention: { kind: 'invalid', reason: 'retention', subject: 'tenant' },
  nameTooLong: { kind: 'invalid', reason: 'nameTooLong', subject: 'managedObject', member: 'type', maxBytes: 1024 },
  tooDeep: { kind: 'invalid', reason: 'tooDeep', maxLevels: 100 },
  notUnicode: { kind: 'invalid', reason: 'notUnicode', path: 'acme_Data.0' },
  itemLimit: { kind: 'tooLarge', reason: 'itemLimit', part: 'item' },
  objectSize: { kind: 'tooLarge', reason: 'objectSize', subject: 'managedObject', maxBytes: 262_144 },
  objectFull: { kind: 'tooLarge', reason: 'objectFull', id: '7' },
  bodySize: { kind: 'tooLarge', reason: 'bodySize', maxBytes: 4_194_304 },
  denied: { kind: 'forbidden', reason: 'denied' },
  unclaimed: { kind: 'notFound', reason: 'unclaimed', identifier: 'valve' },
  notBelowSender: { kind: 'forbidden', reason: 'notBelowSender', serial: 'valve', sender: 'pump' },
  identifierOfOther: { kind: 'forbidden', reason: 'identifierOfOther', serial: 'pump' },
  noCredentials: { kind: 'unauthorized', reason: 'noCredentials' },
  unknownScheme: { kind: 'unauthorized', reason: 'unknownScheme' },
  badCredentials: { kind: 'unauthorized', reason: 'badCredentials' },
  noBody: { kind: 'badRequest', reason: 'noBody', subject: 'event' },
  notAnObject: { kind: 'badRequest', reason: 'notAnObject', subject: 'event' },
  notJson: { kind: 'badRequest', reason: 'notJson', detail: 'Unexpected end' },
  unknownMode: { kind: 'badRequest', reason: 'unknownMode', known: ['PERSISTENT', 'CEP'], given: 'LOUD' },
  missing: { kind: 'invalid', reason: 'missing', what: 'fields', names: ['type', 'time'] },
  members: { kind: 'invalid', reason: 'members', subject: 'event', faults: ['type must be a text', 'time is none'] },
  parameters: {
    kind: 'invalid',
    reason: 'parameters',
    faults: [{ name: 'revert', expected: 'must be true or false', given: '1' }],
  },
  notNarrowed: { kind: 'invalid', reason: 'notNarrowed', subject: 'alarm', parameters: [] },
  otherMethods: { kind: 'methodNotAllowed', reason: 'otherMethods', method: 'PUT', allowed: ['GET', 'POST'] },
  unknownMethod: { kind: 'methodNotAllowed', reason: 'unknownMethod', known: ['GET', 'PUT'] },
};

/** Further cases of a reason that doors spell by subject or by what is named. */
const VARIANTS: readonly Refusal[] = [
  ...(['measurement', 'event', 'alarm', 'operation', 'tenant', 'user'] as const).map(
    (subject): Refusal => ({ kind: 'notFound', reason: 'unknown', subject, id: '7' }),
  ),
  { kind: 'exists', reason: 'taken', subject: 'tenant', id: 't100' },
  { kind: 'conflict', reason: 'busy', subject: 'event', id: '7' },
  { kind: 'invalid', reason: 'nameTooLong', subject: 'externalId', member: 'externalId', maxBytes: 1024 },
  ...(['measurement', 'event', 'alarm', 'operation'] as const).map(
    (subject): Refusal => ({ kind: 'tooLarge', reason: 'objectSize', subject, maxBytes: 131_072 }),
  ),
  { kind: 'invalid', reason: 'protectedMember', subject: 'managedObject', member: 'id' },
  { kind: 'invalid', reason: 'missing', what: 'parameters', names: ['source'], subject: 'measurement' },
  {
    kind: 'invalid',
    reason: 'parameters',
    faults: [{ name: 'aggregationType', expected: 'knows DAILY', given: 'YEARLY' }],
    subject: 'measurement',
  },
  { kind: 'invalid', reason: 'notNarrowed', subject: 'operation', parameters: [] },
  { kind: 'invalid', reason: 'notNarrowed', subject: 'event', parameters: ['source', 'dateFrom', 'dateTo'] },
  { kind: 'methodNotAllowed', reason: 'otherMethods', method: 'PUT', allowed: ['GET'] },
];

export const REFUSALS: readonly Refusal[] = [...Object.values(EXAMPLES), ...VARIANTS];

/** The name of a refusal in a table of tests: `invalid ownParent managedObject`. */
export const caseOf = (refusal: Refusal): string =>
  [refusal.kind, refusal.reason, 'subject' in refusal ? refusal.subject : undefined].filter(Boolean).join(' ');
