/**
 * A number that JavaScript would print in another way than it was sent: `0.0`, `1e3`, `12345678901234567890`. It computes
 * and compares like a number; `printJson` writes it as it was sent.
 */
export class ExactNumber extends Number {
  /** How many were written by `JSON.stringify`, which cannot write their text. */
  static printed = 0;

  /** @param text the number as JSON writes it */
  constructor(readonly text: string) {
    super(text);
  }

  override toString(): string {
    return this.text;
  }

  toJSON(): number {
    ExactNumber.printed++;
    return this.valueOf();
  }
}

export type JsonNumber = number | ExactNumber;
/** Any JSON value. Every fragment is one. */
export type Json = null | boolean | JsonNumber | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** The number of a text, which is a number of JSON. */
export function numberOf(text: string): JsonNumber {
  const read = Number(text);
  return String(read) === text ? read : new ExactNumber(text);
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether JSON can hold a number in this spelling. */
export const isJsonNumber = (text: string): boolean => JSON_NUMBER.test(text);

/** Whether a JSON value is a number. */
export const isNumber = (value: unknown): value is JsonNumber =>
  typeof value === 'number' || value instanceof ExactNumber;

/** Whether a JSON value is an object, neither array nor null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/**
 * The member of that name, undefined when there is none. A name that a user chooses, such as `constructor`, must not find
 * what every object inherits.
 */
export const own = <T>(members: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(members, name) ? members[name] : undefined;

/** The value if it is a JSON object, otherwise undefined. */
export const asObject = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined);

/** Levels of objects and arrays that a document may have (docs/reference/rest-api.md#limits-of-a-document). */
export const MAX_LEVELS = 100;

/** Why a document cannot be kept. `path` leads to the text that is half a surrogate pair, itself or its name. */
export type DocumentFault = { readonly kind: 'tooDeep' } | { readonly kind: 'notUnicode'; readonly path: string };

/** Looks through a document without recursion, so that its depth does no harm. Undefined when it can be kept. */
export function documentFault(document: Json): DocumentFault | undefined {
  const open: [value: Json, level: number, path: string][] = [[document, 0, '']];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, level, path] = next;
    if (typeof value === 'string' && !value.isWellFormed()) return { kind: 'notUnicode', path };
    if (typeof value !== 'object' || value === null || value instanceof ExactNumber) continue;
    if (level >= MAX_LEVELS) return { kind: 'tooDeep' };
    for (const [name, member] of Object.entries(value)) {
      const inner = path === '' ? name.toWellFormed() : `${path}.${name.toWellFormed()}`;
      if (!name.isWellFormed()) return { kind: 'notUnicode', path: inner };
      open.push([member, level + 1, inner]);
    }
  }
  return undefined;
}
