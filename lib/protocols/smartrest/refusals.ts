import type { SpelledRefusal } from '../protocol';

/** Codes of error rows (mqtt-implementation section 9, static-templates section 5). */
export type RefusalCode = 40 | 41 | 42 | 43 | 45 | 50;

/** A refusal of the protocol itself, made while a row is decoded; `text` is the third part of the error row. */
export const refusal = (code: RefusalCode, text: string, remedy: string): SpelledRefusal => ({ code, text, remedy });
