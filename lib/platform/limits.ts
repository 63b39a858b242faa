import type { Json } from '../base/json';
import type { ItemLimitError } from '../storage/item-limits';
import type { Refusal, RefusalOf } from './refusal';

/**
 * Bytes of a name that is part of a key: an external id and its type, the type and owner of an object, the name of a
 * fragment (docs/reference/rest-api.md#limits-of-a-document). Longer keys are stored as their hash.
 */
const MAX_NAME_BYTES = 1024;
/** Bytes of the JSON of one measurement or event. An item holds 400 KB, and changes of an event come to it. */
export const MAX_READING_BYTES = 256 * 1024;
/**
 * Bytes of the JSON of one alarm, and of what an operation is created with or changed by. Its item also holds a journal,
 * of up to 64,000 characters.
 */
export const MAX_RECORD_BYTES = 128 * 1024;

/** The refusal of the first text that is too long for a name; the member says which. Undefined when all fit. */
export function longName(
  subject: RefusalOf<'nameTooLong'>['subject'],
  names: readonly (readonly [member: string, text: Json | undefined])[],
): Refusal | undefined {
  const long = names.find(([, text]) => typeof text === 'string' && isLong(text));
  return long && { kind: 'invalid', reason: 'nameTooLong', subject, member: long[0], maxBytes: MAX_NAME_BYTES };
}

/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const isLong = (text: string): boolean => text.length * 3 > MAX_NAME_BYTES && Buffer.byteLength(text) > MAX_NAME_BYTES;

/** The refusal of something whose JSON has more bytes. */
export const tooLarge = (subject: RefusalOf<'objectSize'>['subject'], maxBytes: number): Refusal => ({
  kind: 'tooLarge',
  reason: 'objectSize',
  subject,
  maxBytes,
});

/** What the database never takes is a refusal for whoever has sent it, and no fault that is tried again. */
export const itemRefusal = ({ part }: ItemLimitError): Refusal => ({ kind: 'tooLarge', reason: 'itemLimit', part });
