import { batchesOf } from '../base/batches';
import { printJson } from '../base/exact-json';
import type { JsonObject } from '../base/json';
import type { Change } from '../changes/changes';
import { linked } from '../changes/links';
import { reduced } from '../changes/notifications/reduced';
import { FRAME_BYTES } from './limits';

/** A message to a subscriber (docs/reference/rest-api.md#what-a-subscriber-gets). */
export interface Notification {
  readonly channel: string;
  readonly data: { readonly realtimeAction: Change['action']; readonly data: JsonObject | string };
  readonly id: string;
}

/** The notification of a change. For a deleted object it has the id only. */
function notificationOf(
  { api, action, object }: Change,
  { channel, baseUrl, id }: { readonly channel: string; readonly baseUrl: string; readonly id: string },
): Notification {
  const data = action === 'DELETE' ? String(object.id) : linked(baseUrl, api, object);
  return { channel, data: { realtimeAction: action, data }, id };
}

/**
 * Packs JSON texts into frames, each a JSON array of at most `limit` bytes, and keeps their order. A text may have at
 * most `limit` - 2 bytes, because of the brackets.
 */
export function framesOf(texts: readonly string[], limit = FRAME_BYTES): string[] {
  const frames = batchesOf(texts, { limit: limit - 2, sizeOf: Buffer.byteLength, between: 1 });
  return frames.map((frame) => `[${frame.join(',')}]`);
}

/** The JSON text of a notification. When it is too large for a frame, the object is replaced by a reference to it. */
export function notificationText(
  change: Change,
  to: { readonly channel: string; readonly baseUrl: string; readonly id: string },
): string {
  const text = printJson(notificationOf(change, to));
  if (Buffer.byteLength(text) <= FRAME_BYTES - 2) return text;
  return printJson(notificationOf(reduced(change), to));
}
