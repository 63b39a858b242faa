import { batchesOf } from '../base/batches';
import type { JsonObject } from '../base/json';
import type { Change } from '../changes/changes';
import { linked } from '../changes/links';
import { reduced } from '../changes/notifications/reduced';
import { FRAME_BYTES } from './limits';

/** What a subscriber gets (docs/reference/rest-api.md#what-a-subscriber-gets). */
export interface Notification {
  readonly channel: string;
  readonly data: { readonly realtimeAction: Change['action']; readonly data: JsonObject | string };
  readonly id: string;
}

/** A change as the subscribers of a channel hear of it; of what was deleted only the id is told. */
function notificationOf(
  { api, action, object }: Change,
  { channel, baseUrl, id }: { readonly channel: string; readonly baseUrl: string; readonly id: string },
): Notification {
  const data = action === 'DELETE' ? String(object.id) : linked(baseUrl, api, object);
  return { channel, data: { realtimeAction: action, data }, id };
}

/** Cuts JSON texts into arrays of at most a frame each, in order. No text may be longer than a frame less its brackets. */
export function framesOf(texts: readonly string[], limit = FRAME_BYTES): string[] {
  const frames = batchesOf(texts, { limit: limit - 2, sizeOf: Buffer.byteLength, between: 1 });
  return frames.map((frame) => `[${frame.join(',')}]`);
}

/** The JSON of a notification; of one that fits into no frame, its reference's. */
export function notificationText(
  change: Change,
  to: { readonly channel: string; readonly baseUrl: string; readonly id: string },
): string {
  const text = JSON.stringify(notificationOf(change, to));
  if (Buffer.byteLength(text) <= FRAME_BYTES - 2) return text;
  return JSON.stringify(notificationOf(reduced(change), to));
}
