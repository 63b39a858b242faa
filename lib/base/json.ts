/** Any JSON value. Every fragment is one. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Whether a JSON value is an object, neither array nor null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
    if (typeof value !== 'object' || value === null) continue;
    if (level >= MAX_LEVELS) return { kind: 'tooDeep' };
    for (const [name, member] of Object.entries(value)) {
      const inner = path === '' ? name.toWellFormed() : `${path}.${name.toWellFormed()}`;
      if (!name.isWellFormed()) return { kind: 'notUnicode', path: inner };
      open.push([member, level + 1, inner]);
    }
  }
  return undefined;
}

/** JSON of a text or name takes at most so many bytes for a UTF-16 unit: `\u001f`. */
const BYTES_PER_UNIT = 6;
const BYTES_OF_OTHERS = 26;

/**
 * Whether the JSON of a value takes more bytes. The JSON itself is made only when a rough measure does not answer that,
 * so a small value costs next to nothing.
 */
export function isLargerThan(value: Json, bytes: number): boolean {
  return roughly(value) > bytes && Buffer.byteLength(JSON.stringify(value)) > bytes;
}

function roughly(value: Json): number {
  if (typeof value === 'string') return 2 + value.length * BYTES_PER_UNIT;
  if (typeof value !== 'object' || value === null) return BYTES_OF_OTHERS;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const element of value) bytes += 1 + roughly(element);
    return bytes;
  }
  for (const [name, member] of Object.entries(value)) bytes += 4 + name.length * BYTES_PER_UNIT + roughly(member);
  return bytes;
}
