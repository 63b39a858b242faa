import { messageOf } from '../../api/error-body';
import { type Refusal, type Spellings, spelledBy } from '../../platform/refusal';
import type { PublishFault, SpelledRefusal } from '../protocol';
import { NOT_TEXT, type PayloadFault } from './csv';

/** Codes of error rows (docs/reference/static-templates.md#error-codes). */
export type RefusalCode = 40 | 41 | 42 | 43 | 45;

/** A refusal of the protocol itself, made while a row is decoded; `text` is the third part of the error row. */
export const refusal = (code: RefusalCode, text: string, remedy: string): SpelledRefusal => ({ code, text, remedy });

/** Code and remedy; also the text, where SmartREST has another one than REST. */
type Spelling = readonly [code: RefusalCode, remedy: string, text?: string];

const VALUES = 'correct the values of the row';
const PLATFORM = 'check what the platform has for this device';
const CREATE = 'create it before, or check the name the row and its topic use';
const AGAIN = 'send the row again';
const SMALLER = 'send fewer or smaller fragments';

/**
 * Code 45: the row itself is wrong. Code 41: the row is well formed, but the state of the platform does not allow it.
 */
const SPELLINGS: Spellings<Spelling> = {
  unknown: () => [41, CREATE],
  unknownExternalId: () => [41, CREATE],
  unknownTarget: () => [41, CREATE],
  notAChild: () => [41, CREATE],
  unknownService: () => [41, 'create it with 102 first'],
  deviceGone: () => [41, 'send 100 to create it anew'],
  noOpenAlarm: () => [41, 'Raise the alarm first (301-304), or ignore this row.'],
  noEventOfType: () => [41, 'send the event (400) before clearing its fragments'],
  noSuchOperation: () => [41, 'Send 500 to see what is pending, or name the operation by its id (504-506).'],
  otherDevice: () => [41, 'Publish on the topic of the device the operation is for.'],
  noProfileOperation: () => [41, 'send 121 while a c8y_DeviceProfile operation is EXECUTING, or name the profile id'],
  taken: () => [41, PLATFORM],
  externalIdTaken: () => [41, PLATFORM],
  deviceExists: () => [41, 'nothing: 100 may be sent at every start'],
  busy: () => [41, AGAIN],
  ownParent: () => [41, 'give the child an id of its own'],
  ownService: () => [41, 'send 102 on the topic of its device'],
  circle: () => [45, VALUES],
  namelessFragment: () => [45, VALUES],
  notText: () => [45, VALUES],
  protectedMember: ({ subject }) => [45, `name fragments of the ${NOUNS[subject]} only`],
  noAgent: () => [45, VALUES],
  cannotBecome: ({ id, status, wanted }) => [
    41,
    'A finished operation stays as it is; create a new one.',
    `Operation with id ${id} is ${status} and cannot become ${wanted}`,
  ],
  replaced: () => [45, VALUES],
  unknownSource: () => [45, VALUES],
  userName: () => [45, VALUES],
  passwordLength: () => [45, VALUES],
  tenantId: () => [45, VALUES],
  retention: () => [45, VALUES],
  nameTooLong: () => [45, 'send a shorter one'],
  tooDeep: () => [45, VALUES],
  notUnicode: () => [45, VALUES],
  itemLimit: () => [45, SMALLER],
  objectSize: () => [45, SMALLER],
  objectFull: () => [45, SMALLER],
  bodySize: () => [45, SMALLER],
  denied: () => [41, PLATFORM],
  unclaimed: () => [41, 'Connect as the device first.'],
  notBelowSender: () => [
    41,
    'another device has this id already: give children ids that start with the id of their gateway',
  ],
  identifierOfOther: () => [41, 'give the child an id that no device connects with'],
  noCredentials: () => [41, PLATFORM],
  unknownScheme: () => [41, PLATFORM],
  badCredentials: () => [41, PLATFORM],
  noBody: () => [45, VALUES],
  notAnObject: () => [45, VALUES],
  notJson: () => [45, VALUES],
  unknownMode: () => [45, VALUES],
  missing: () => [45, VALUES],
  members: () => [45, VALUES],
  parameters: () => [45, VALUES],
  notNarrowed: () => [45, VALUES],
  otherMethods: () => [41, PLATFORM],
  unknownMethod: () => [41, PLATFORM],
};
const NOUNS = { managedObject: 'device', event: 'event' } as const;

/** A refusal of the platform in the words of SmartREST. */
export function spell(refused: Refusal): SpelledRefusal {
  const [code, remedy, text = messageOf(refused)] = spelledBy(SPELLINGS, refused);
  return refusal(code, text, remedy);
}

/** The refusal of a publish that is not decoded. `topics` tells people which topics they may use. */
export const publishRefusal = (fault: PublishFault, topics: string): SpelledRefusal =>
  fault.kind === 'unknownTopic'
    ? refusal(43, `Topic '${fault.topic}' is not part of the protocol`, `publish ${topics}`)
    : refusal(
        42,
        `The message has ${fault.bytes} bytes and the limit is ${fault.limit}`,
        'send fewer rows per publish; the limit counts header, topic and payload',
      );

/** The refusal of a payload that has no rows. */
export const payloadRefusal = (fault: PayloadFault): SpelledRefusal =>
  fault === 'empty'
    ? refusal(42, 'The payload is empty', 'send at least one row, such as 211,21.5')
    : refusal(
        42,
        'The payload is JSON but this topic takes SmartREST rows',
        'send rows of comma-separated values, such as 211,21.5',
      );

/** The refusal of a row for which `hasForbiddenCharacter` is true. */
export function characterRefusal(fields: readonly string[]): SpelledRefusal {
  if (fields.some((field) => field.includes(NOT_TEXT))) {
    return refusal(42, 'The row is not valid UTF-8', 'encode the payload as UTF-8');
  }
  return refusal(
    42,
    'The row holds a control character other than line feed, carriage return and tab',
    'remove it or send it in an escaped form of your own',
  );
}
