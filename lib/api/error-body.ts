import { faultText } from '../base/reader';
import { type Refusal, type Spellings, type Subject, spelledBy } from '../platform/refusal';
import type { PlatformResponse } from './request';

const INFO = 'https://cumulocity.com/api/core/';

/** The first part of the `error` member, by subject. */
const RESOURCES: Readonly<Record<Subject, string>> = {
  managedObject: 'inventory',
  externalId: 'identity',
  measurement: 'measurement',
  event: 'event',
  alarm: 'alarm',
  operation: 'devicecontrol',
  tenant: 'tenant',
  user: 'user',
};
const resourceOf = (refusal: Refusal): string =>
  'subject' in refusal && refusal.subject !== undefined ? RESOURCES[refusal.subject] : 'undefined';

/** Status and `error` member of each kind of refusal (docs/reference/rest-api.md#status-and-name-of-each-refusal). */
function nameOf(refusal: Refusal): { readonly status: number; readonly name: string } {
  switch (refusal.kind) {
    case 'badRequest':
      return { status: 400, name: `${resourceOf(refusal)}/badRequest` };
    case 'unauthorized':
      return { status: 401, name: 'security/Unauthorized' };
    case 'forbidden':
      return { status: 403, name: 'security/Forbidden' };
    case 'notFound':
      return { status: 404, name: `${resourceOf(refusal)}/Not Found` };
    case 'methodNotAllowed':
      return { status: 405, name: 'general/methodNotAllowed' };
    case 'conflict':
      return { status: 409, name: `${resourceOf(refusal)}/conflict` };
    case 'exists':
      return { status: 409, name: `${resourceOf(refusal)}/Duplicate` };
    case 'tooLarge':
      return { status: 413, name: 'general/payloadTooLarge' };
    case 'invalid': {
      const resource = resourceOf(refusal);
      return { status: 422, name: resource === 'undefined' ? 'undefined/validationError' : `${resource}/Invalid Data` };
    }
  }
}

/** Messages for what does not exist. Clients of Cumulocity know some of these texts. */
const UNKNOWN: Readonly<Record<Exclude<Subject, 'externalId'>, (id: string) => string>> = {
  managedObject: (id) => `Finding device data from database failed : No managedObject for id '${id}'!`,
  measurement: (id) => `No measurement for id '${id}'`,
  event: (id) => `Finding event from database failed : No event for gid '${id}'!`,
  alarm: (id) => `Finding alarm from database failed : No alarm for gid '${id}'!`,
  operation: (id) => `Finding operation from database failed : No operation for gid '${id}'!`,
  tenant: (id) => `No such tenant: ${id}`,
  user: (id) => `User not found: ${id}`,
};
const SIZED = {
  managedObject: 'A managed object',
  measurement: 'A measurement',
  event: 'An event',
  alarm: 'An alarm',
  operation: 'An operation',
} as const;
const EXCERPT = 64;
/** The beginning of a name that may be very long. */
const excerptOf = (name: string): string =>
  name.length > EXCERPT ? `${name.slice(0, EXCERPT).toWellFormed()}…` : name;
const BUSY = { managedObject: 'object', event: 'event' } as const;
const externalId = ({ type, externalId: value }: { readonly type: string; readonly externalId: string }): string =>
  `ID [type=${type}, value=${value}]`;

/** The `message` member of each refusal. A protocol uses it too, unless it has a text of its own. */
const MESSAGES: Spellings<string> = {
  unknown: ({ subject, id }) => UNKNOWN[subject](id),
  unknownExternalId: (id) => `External ID not found; external id: ${externalId(id)}`,
  unknownTarget: ({ id }) => UNKNOWN.managedObject(id),
  notAChild: ({ child, parent, children }) => `Object ${child} is not among the ${children} of ${parent}.`,
  unknownService: ({ serial }) => `Service ${serial} does not exist`,
  deviceGone: () => 'The device does not exist any more',
  noOpenAlarm: ({ type }) => `No open alarm of type ${type}`,
  noEventOfType: ({ type }) => `No event of type ${type}`,
  noSuchOperation: ({ status, fragment }) => `No ${status} operation with fragment ${fragment}`,
  otherDevice: ({ id, deviceId }) => `Operation with id ${id} for device id ${deviceId} not found`,
  noProfileOperation: () => 'No profile operation is EXECUTING',
  taken: ({ subject, id }) => `The ${subject} ${id} exists already`,
  externalIdTaken: (id) => `External ID exists already: ${externalId(id)}`,
  deviceExists: () => 'Device already existing',
  busy: ({ subject, id }) => `The ${BUSY[subject]} ${id} is being changed by too many others`,
  ownParent: ({ serial }) => `Device ${serial} cannot be its own child`,
  ownService: ({ serial }) => `Service ${serial} cannot be its own owner`,
  circle: ({ child, parent }) => `${child} is above ${parent} already`,
  namelessFragment: () => 'A fragment needs a name',
  notText: ({ member }) => `'${member}' must be a text`,
  nameTooLong: ({ member, maxBytes }) => `'${excerptOf(member)}' takes at most ${maxBytes} bytes`,
  tooDeep: ({ maxLevels }) => `A document has at most ${maxLevels} levels of objects and lists`,
  notUnicode: ({ path }) => `'${excerptOf(path)}' holds half a surrogate pair, which is no text`,
  itemLimit: ({ part }) => `This would not fit: the ${part} is too large for the database`,
  protectedMember: ({ member }) => `'${member}' cannot be removed`,
  noAgent: ({ deviceId }) =>
    `Device ${deviceId} has no agent: neither it nor a device above it has com_cumulocity_model_Agent`,
  cannotBecome: ({ id, status, wanted }) => `Operation ${id} is ${status} and cannot become ${wanted}`,
  replaced: ({ id, type }) => `Alarm ${id} was cleared and a newer one of type ${type} has replaced it`,
  unknownSource: ({ id }) => `The source does not exist: ${id}`,
  userName: ({ name }) => `Not a user name: ${name}`,
  passwordLength: ({ minCharacters, maxBytes }) =>
    `A password has ${minCharacters} characters or more, at most ${maxBytes} bytes`,
  tenantId: ({ id }) => `A tenant's id is 1 to 64 letters, digits, dots, dashes: ${id}`,
  retention: () => 'retentionDays must be at least 1',
  objectSize: ({ subject, maxBytes }) => `${SIZED[subject]} takes at most ${maxBytes} bytes`,
  objectFull: ({ id }) => `The object ${id} has no room for more`,
  bodySize: ({ maxBytes }) => `A request body may have ${maxBytes} bytes.`,
  denied: () => 'Access is denied.',
  notBelowSender: ({ serial, sender }) => `Device ${serial} does not belong to device ${sender}`,
  unclaimed: ({ identifier }) => `Nobody holds the device identifier ${identifier}`,
  identifierOfOther: ({ serial }) => `Device identifier ${serial} belongs to another device user`,
  noCredentials: () => 'Full authentication is required to access this resource',
  unknownScheme: () => 'Invalid credentials! : Only Basic authentication is supported',
  badCredentials: () => 'Invalid credentials! : Bad credentials',
  noBody: () => 'The request needs a body.',
  notAnObject: () => 'The body must be a JSON object.',
  notJson: ({ detail }) => `The body is not JSON: ${detail}`,
  unknownMode: ({ known, given }) => `X-Cumulocity-Processing-Mode knows ${known.join(', ')}: ${given}`,
  missing: ({ what, names }) => `Following mandatory ${what} should be included: ${names.join(', ')}`,
  members: ({ faults }) => faults.join('; '),
  parameters: ({ faults }) => faults.map((fault) => `The query parameter ${faultText(fault)}`).join('; '),
  notNarrowed: ({ subject, parameters }) =>
    parameters.length === 0
      ? `At least one query parameter has to select the ${subject}s.`
      : `At least one of the parameters ${parameters.join(', ')} is needed.`,
  otherMethods: ({ method, allowed }) =>
    `${method} is not possible here; ${allowed.join(', ')} ${allowed.length > 1 ? 'are' : 'is'}.`,
  unknownMethod: ({ known }) => `Unknown method; the platform knows ${known.join(', ')}.`,
};

/** The text of a refusal. */
export const messageOf = (refusal: Refusal): string => spelledBy(MESSAGES, refusal);

/** A refusal as an answer: `error`, `message`, `info` (docs/reference/rest-api.md#error-bodies). */
export function errorResponse(refusal: Refusal): PlatformResponse {
  const { status, name } = nameOf(refusal);
  return errorBody(status, name, messageOf(refusal));
}

/** An answer with an error body for a case that has no refusal, such as an unknown path or an unexpected error. */
export function errorBody(status: number, name: string, message: string): PlatformResponse {
  return { status, bodyType: 'error', body: { error: name, message, info: INFO } };
}
