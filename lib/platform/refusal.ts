import type { ReaderFault } from '../base/reader';
import type { LimitedPart } from '../storage/item-limits';
import type { OperationStatus } from './model';

/** What a refusal is about. */
export type Subject =
  | 'managedObject'
  | 'externalId'
  | 'measurement'
  | 'event'
  | 'alarm'
  | 'operation'
  | 'tenant'
  | 'user';

/**
 * Why the platform refuses something: a value with a kind, a reason within the kind, and the data of the case. It holds
 * no text, because each door has its own words: `lib/api/error-body.ts` for requests, `lib/protocols/…/refusals.ts` for
 * each protocol. A fault of the platform is no refusal; it is thrown.
 */
export type Refusal = NotFound | Exists | Conflict | Invalid | TooLarge | Forbidden | Unauthorized | RequestRefusal;

/** The reason of a refusal. It is unique over all kinds. */
export type Reason = Refusal['reason'];
/** The refusals with one reason. */
export type RefusalOf<R extends Reason> = Extract<Refusal, { readonly reason: R }>;
/** How a door spells each case. The compiler reports a reason that the table leaves out. */
export type Spellings<Spelled> = { readonly [R in Reason]: (refusal: RefusalOf<R>) => Spelled };

/** Spells a refusal with the entry of its reason. The compiler cannot see that entry and refusal belong together. */
export const spelledBy = <Spelled>(spellings: Spellings<Spelled>, refusal: Refusal): Spelled =>
  (spellings[refusal.reason] as (refusal: Refusal) => Spelled)(refusal);

/** The refusal of a request for an object that does not exist. */
export const notFound = (subject: Exclude<Subject, 'externalId'>, id: string): Refusal => ({
  kind: 'notFound',
  reason: 'unknown',
  subject,
  id,
});

interface Case<Kind extends string, R extends string, S extends Subject> {
  readonly kind: Kind;
  readonly reason: R;
  readonly subject: S;
}

type NotFound =
  /** Nothing has this id; a user's id is its name. */
  | (Case<'notFound', 'unknown', Exclude<Subject, 'externalId'>> & { readonly id: string })
  | (Case<'notFound', 'unknownExternalId', 'externalId'> & { readonly type: string; readonly externalId: string })
  /** An operation is for an object that does not exist. */
  | (Case<'notFound', 'unknownTarget', 'operation'> & { readonly id: string })
  | (Case<'notFound', 'notAChild', 'managedObject'> & {
      readonly child: string;
      readonly parent: string;
      /** The relation that was looked at. */
      readonly children: string;
    })
  | (Case<'notFound', 'unknownService', 'managedObject'> & { readonly serial: string })
  /** The device was deleted while a message about it was on its way. */
  | (Case<'notFound', 'deviceGone', 'managedObject'> & { readonly serial: string })
  | (Case<'notFound', 'noOpenAlarm', 'alarm'> & { readonly type: string })
  | (Case<'notFound', 'noEventOfType', 'event'> & { readonly type: string })
  /** No operation of the device with this fragment has the status that the message needs. */
  | (Case<'notFound', 'noSuchOperation', 'operation'> & {
      readonly status: OperationStatus;
      readonly fragment: string;
    })
  | (Case<'notFound', 'otherDevice', 'operation'> & { readonly id: string; readonly deviceId: string })
  | Case<'notFound', 'noProfileOperation', 'operation'>
  /** Nobody of the tenant holds this device identifier. */
  | { readonly kind: 'notFound'; readonly reason: 'unclaimed'; readonly identifier: string };

type Exists =
  | (Case<'exists', 'taken', 'tenant' | 'user'> & { readonly id: string })
  | (Case<'exists', 'externalIdTaken', 'externalId'> & { readonly type: string; readonly externalId: string })
  | (Case<'exists', 'deviceExists', 'managedObject'> & { readonly serial: string });

type Conflict =
  /** Too many others are changing the object at this moment. */
  Case<'conflict', 'busy', 'managedObject' | 'event'> & { readonly id: string };

type Invalid =
  | (Case<'invalid', 'ownParent', 'managedObject'> & { readonly serial: string })
  | (Case<'invalid', 'ownService', 'managedObject'> & { readonly serial: string })
  /** The hierarchy would become a circle. */
  | (Case<'invalid', 'circle', 'managedObject'> & { readonly child: string; readonly parent: string })
  | Case<'invalid', 'namelessFragment', 'managedObject'>
  | (Case<'invalid', 'notText', 'managedObject'> & { readonly member: string })
  /** A name is part of a key, and keys are short. */
  | (Case<'invalid', 'nameTooLong', 'managedObject' | 'externalId'> & {
      readonly member: string;
      readonly maxBytes: number;
    })
  /** A member that every object of its kind has cannot be removed. */
  | (Case<'invalid', 'protectedMember', 'managedObject' | 'event'> & { readonly member: string })
  | (Case<'invalid', 'noAgent', 'operation'> & { readonly deviceId: string })
  /** A status moves forward only. */
  | (Case<'invalid', 'cannotBecome', 'operation'> & {
      readonly id: string;
      readonly status: OperationStatus;
      readonly wanted: OperationStatus;
    })
  /** A cleared alarm stays cleared once a newer one of its type has replaced it. */
  | (Case<'invalid', 'replaced', 'alarm'> & { readonly id: string; readonly type: string })
  | (Case<'invalid', 'unknownSource', 'measurement' | 'event' | 'alarm'> & { readonly id: string })
  | (Case<'invalid', 'userName', 'user'> & { readonly name: string })
  | (Case<'invalid', 'passwordLength', 'user'> & { readonly minCharacters: number; readonly maxBytes: number })
  | (Case<'invalid', 'tenantId', 'tenant'> & { readonly id: string })
  | Case<'invalid', 'retention', 'tenant'>;

type TooLarge =
  | (Case<'tooLarge', 'objectSize', Exclude<Subject, 'externalId' | 'tenant' | 'user'>> & { readonly maxBytes: number })
  /** The change fits by itself, but not beside what the object holds already. */
  | { readonly kind: 'tooLarge'; readonly reason: 'objectFull'; readonly id: string }
  | { readonly kind: 'tooLarge'; readonly reason: 'bodySize'; readonly maxBytes: number }
  /** The database would never take it, for a reason that nothing above has found. */
  | { readonly kind: 'tooLarge'; readonly reason: 'itemLimit'; readonly part: LimitedPart };

type Forbidden =
  | { readonly kind: 'forbidden'; readonly reason: 'denied' }
  /** A device acts on itself and on what is below it. */
  | {
      readonly kind: 'forbidden';
      readonly reason: 'notBelowSender';
      readonly serial: string;
      readonly sender: string;
    }
  /** The device identifier belongs to another device user. */
  | { readonly kind: 'forbidden'; readonly reason: 'identifierOfOther'; readonly serial: string };

type Unauthorized =
  | { readonly kind: 'unauthorized'; readonly reason: 'noCredentials' }
  | { readonly kind: 'unauthorized'; readonly reason: 'unknownScheme' }
  | { readonly kind: 'unauthorized'; readonly reason: 'badCredentials' };

/**
 * What is wrong with a request before the domain sees it. `subject` is missing when the fault belongs to no kind of
 * object.
 */
type RequestRefusal =
  | { readonly kind: 'badRequest'; readonly reason: 'noBody'; readonly subject: Subject }
  | { readonly kind: 'badRequest'; readonly reason: 'notAnObject'; readonly subject: Subject }
  | { readonly kind: 'badRequest'; readonly reason: 'notJson'; readonly detail: string }
  | { readonly kind: 'invalid'; readonly reason: 'tooDeep'; readonly maxLevels: number }
  /** A text or name holds half a surrogate pair; `path` leads to it. */
  | { readonly kind: 'invalid'; readonly reason: 'notUnicode'; readonly path: string }
  | {
      readonly kind: 'badRequest';
      readonly reason: 'unknownMode';
      readonly known: readonly string[];
      readonly given: string;
    }
  | {
      readonly kind: 'invalid';
      readonly reason: 'missing';
      readonly what: 'fields' | 'parameters';
      readonly names: readonly string[];
      readonly subject?: Subject;
    }
  | {
      readonly kind: 'invalid';
      readonly reason: 'members';
      readonly subject: Subject;
      readonly faults: readonly string[];
    }
  | {
      readonly kind: 'invalid';
      readonly reason: 'parameters';
      readonly faults: readonly ReaderFault[];
      readonly subject?: Subject;
    }
  /**
   * A request for many objects has to say which ones. `parameters` are those that would do; when it is empty, any
   * would.
   */
  | {
      readonly kind: 'invalid';
      readonly reason: 'notNarrowed';
      readonly subject: 'measurement' | 'event' | 'alarm' | 'operation';
      readonly parameters: readonly string[];
    }
  | {
      readonly kind: 'methodNotAllowed';
      readonly reason: 'otherMethods';
      readonly method: string;
      readonly allowed: readonly string[];
    }
  | { readonly kind: 'methodNotAllowed'; readonly reason: 'unknownMethod'; readonly known: readonly string[] };
