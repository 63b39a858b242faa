import * as z from 'zod/mini';
import { isObject, type Json, type JsonObject } from '../base/json';
import { fail, ok, type Result } from '../base/result';
import type { Refusal, Subject } from '../platform/refusal';
import { type DateTime, parseDateTime } from './query/date-time';

/** An id of an object; clients send it as text or number. */
export const id = z.pipe(
  z.union([z.string(), z.number()], 'must be an id'),
  z.transform((given) => String(given)),
);
export const textMember = z.string('must be a text');
export const reference = z.object({ id }, 'must be an object with an id');

/** An ISO 8601 date, see `parseDateTime`. */
export const dateTime = z.pipe(
  z.string('must be an ISO 8601 date'),
  z.transform((given, context): DateTime => {
    const parsed = parseDateTime(given);
    if (parsed !== undefined) return parsed;
    context.issues.push({ code: 'custom', message: `is not an ISO 8601 date: ${given}`, input: given });
    return z.NEVER;
  }),
);

/** A body that has to be a JSON object; 400 otherwise. */
export function objectBody(body: Json | undefined, subject: Subject): Result<JsonObject, Refusal> {
  if (isObject(body)) return ok(body);
  return fail({ kind: 'badRequest', reason: body === undefined ? 'noBody' : 'notAnObject', subject });
}

/**
 * The known members of a body; others are the caller's to keep. Missing ones are named together, in the words that
 * clients know (docs/reference/rest-api.md#missing-mandatory-members). A wrong one is refused by name.
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

/** The free part of a body: everything but the members the platform knows itself. */
export function fragmentsOf(body: JsonObject, known: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !known.includes(name)));
}
