import type { PublishFault, SpelledRefusal } from '../protocol';
import { refusal } from './refusals';

/** Stands for bytes that are not UTF-8: a noncharacter, so no text holds it (Unicode 23.7). */
const NOT_TEXT = '\uffff';

/**
 * The text of a payload. Bytes that are not UTF-8 become a mark that is refused row by row, so that one
 * broken row does not cost the others.
 */
export function readText(payload: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return new TextDecoder('utf-8').decode(payload).replaceAll('\ufffd', NOT_TEXT);
  }
}

/** Why the text as a whole holds no rows: it is empty, or JSON on a SmartREST topic. */
export function payloadRefusal(text: string): SpelledRefusal | undefined {
  const first = text.trimStart().charAt(0);
  if (first === '') return refusal(42, 'The payload is empty', 'send at least one row, such as 211,21.5');
  return first === '{' || first === '[' ? JSON_BODY : undefined;
}

const JSON_BODY = refusal(
  42,
  'The payload is JSON but this topic takes SmartREST rows',
  'send rows of comma-separated values, such as 211,21.5',
);

/** Why nobody looks into a publish at all; `topics` says which ones there are. */
export const publishRefusal = (fault: PublishFault, topics: string): SpelledRefusal =>
  fault.kind === 'unknownTopic'
    ? refusal(43, `Topic '${fault.topic}' is not part of the protocol`, `publish ${topics}`)
    : refusal(
        42,
        `The message has ${fault.bytes} bytes and the limit is ${fault.limit}`,
        'send fewer rows per publish; the limit counts header, topic and payload',
      );

/** Line feed, carriage return and tab are data; every other control character is refused (static-templates section 1). */
export function hasForbiddenCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 ? code !== 10 && code !== 13 && code !== 9 : code > 126 && isForbidden(code)) return true;
  }
  return false;
}

const isForbidden = (code: number): boolean => code < 160 || code === 0xffff;

/** What is wrong with a row that `hasForbiddenCharacter`. */
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
