import * as z from 'zod/mini';
import { parseJson } from '../../base/exact-json';
import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { CHANGE_ACTIONS, type Change, type ChangeContext } from '../changes';
import { CHANGE_APIS, PROCESSING_MODES } from '../modes';

/** The changes of a message for the fan-out function. */
export interface FanOutEvent {
  readonly context: ChangeContext;
  readonly changes: readonly Change[];
}

const event = z.object({
  context: z.object({
    tenant: z.string(),
    mode: z.enum(PROCESSING_MODES),
    receivedAt: z.number(),
    messageId: z.string(),
  }),
  changes: z.array(
    z.object({
      api: z.enum(CHANGE_APIS),
      action: z.enum(CHANGE_ACTIONS),
      sourceId: z.string(),
      object: z.union([z.string(), z.record(z.string(), z.json())]),
    }),
  ),
});

/** Parses what the function was invoked with. The error says what is wrong, in words. */
export function parseFanOutEvent(value: unknown): Result<FanOutEvent, string> {
  const parsed = z.safeParse(event, value);
  if (!parsed.success) return fail(z.prettifyError(parsed.error));
  const { context, changes } = parsed.data;
  const objectOf = (object: JsonObject | string) =>
    typeof object === 'string' ? parseJson<JsonObject>(object) : object;
  return ok({ context, changes: changes.map((change) => ({ ...change, object: objectOf(change.object) })) });
}
