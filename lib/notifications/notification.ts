import { isObject, type JsonObject } from '../base/json';
import type { Change } from '../changes/changes';
import type { Api } from '../changes/modes';
import { reduced } from '../changes/notifications/reduced';
import { FRAME_BYTES } from './limits';

/** What a subscriber gets (rest-api section 12). */
export interface Notification {
  readonly channel: string;
  readonly data: { readonly realtimeAction: Change['action']; readonly data: JsonObject | string };
  readonly id: string;
}

/** Where objects of an API are found by REST. */
const PATHS: Record<Api, string> = {
  measurements: '/measurement/measurements',
  events: '/event/events',
  alarms: '/alarm/alarms',
  managedobjects: '/inventory/managedObjects',
  operations: '/devicecontrol/operations',
};
/** A change as the subscribers of a channel hear of it; of what was deleted only the id is told. */
export function notificationOf(
  { api, action, object }: Change,
  { channel, baseUrl, id }: { readonly channel: string; readonly baseUrl: string; readonly id: string },
): Notification {
  const data = action === 'DELETE' ? String(object.id) : linked(api, object, baseUrl);
  return { channel, data: { realtimeAction: action, data }, id };
}

/** The object with its links, as REST shows it. */
function linked(api: Api, object: JsonObject, baseUrl: string): JsonObject {
  const { id, source } = object;
  const self = (path: string, of: unknown): string => `${baseUrl}${path}/${encodeURIComponent(String(of))}`;
  return {
    ...object,
    ...(id !== undefined && { self: self(PATHS[api], id) }),
    ...(isObject(source) && { source: { ...source, self: self(PATHS.managedobjects, source.id) } }),
  };
}

/** Cuts JSON texts into arrays of at most a frame each, in order. No text may be longer than a frame less its brackets. */
export function framesOf(texts: readonly string[], limit = FRAME_BYTES): string[] {
  const frames: string[] = [];
  let frame: string[] = [];
  let bytes = 1;
  for (const text of texts) {
    const more = Buffer.byteLength(text) + 1;
    if (frame.length > 0 && bytes + more > limit) {
      frames.push(`[${frame.join(',')}]`);
      frame = [];
      bytes = 1;
    }
    frame.push(text);
    bytes += more;
  }
  if (frame.length > 0) frames.push(`[${frame.join(',')}]`);
  return frames;
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
