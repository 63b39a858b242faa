import * as z from 'zod/mini';
import { ExactNumber, isObject, type Json, type JsonObject } from '../base/json';
import { fail, ok, type Result } from '../base/result';
import type { Refusal, Subject } from '../platform/refusal';
import { type DateTime, parseDateTime } from './query/date-time';

/** An id of an object; clients send it as text or number. */
export const id = z.pipe(
  z.union([z.string(), z.number(), z.instanceof(ExactNumber)], 'must be an id'),
  z.transform((given) => String(given)),
);
/** A member that has to be a text. */
export const textMember = z.string('must be a text');
/** A reference to an object: `{"id": …}`. */
export const reference = z.object({ id }, 'must be an object with an id');

/** A date or date-time in ISO 8601, read by `parseDateTime`. */
export const dateTime = z.pipe(
  z.string('must be an ISO 8601 date'),
  z.transform((given, context): DateTime => {
    const parsed = parseDateTime(given);
    if (parsed !== undefined) return parsed;
    context.issues.push({ code: 'custom', message: `is not an ISO 8601 date: ${given}`, input: given });
    return z.NEVER;
  }),
);

/** The body as a JSON object; refused with 400 when it is missing or something else. */
export function objectBody(body: Json | undefined, subject: Subject): Result<JsonObject, Refusal> {
  if (isObject(body)) return ok(body);
  return fail({ kind: 'badRequest', reason: body === undefined ? 'noBody' : 'notAnObject', subject });
}

/**
 * Reads the members of a body that the schema knows; `fragmentsOf` gives the others. One refusal names all missing
 * members, in the words that clients know (docs/reference/rest-api.md#missing-mandatory-members). Another names all
 * wrong ones.
 */
export function parseMembers<T extends z.ZodMiniType>(
  schema: T,
  body: JsonObject,
  subject: Subject,
): Result<z.output<T>, Refusal> {
  const parsed = z.safeParse(schema, body);
  if (parsed.success) return ok(parsed.data);
  const missing = parsed.error.issues.filter((issue) => valueAt(body, issue.path) === undefined);
  if (missing.length > 0) {
    const names = missing.map((issue) => issue.path.join('.'));
    return fail({ kind: 'invalid', reason: 'missing', what: 'fields', names });
  }
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  return fail({ kind: 'invalid', reason: 'members', subject, faults });
}

function valueAt(body: JsonObject, path: readonly PropertyKey[]): Json | undefined {
  let value: Json | undefined = body;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)];
    else value = isObject(value) ? value[String(step)] : undefined;
  }
  return value;
}

/** The fragments of a body: all members that are not in `known`. */
export function fragmentsOf(body: JsonObject, known: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !known.includes(name)));
}
