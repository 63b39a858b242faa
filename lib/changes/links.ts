import { isObject, type JsonObject } from '../base/json';
import type { Api } from './modes';

/** The REST path of each API. */
const PATHS: Record<Api, string> = {
  measurements: '/measurement/measurements',
  events: '/event/events',
  alarms: '/alarm/alarms',
  managedobjects: '/inventory/managedObjects',
  operations: '/devicecontrol/operations',
};
/** APIs whose objects name the managed object they are about in `source`. */
const SOURCED: readonly Api[] = ['measurements', 'events', 'alarms'];

/** The absolute URL of an object, as its `self` and a Location header carry it. */
export const objectUrlOf = (baseUrl: string, api: Api, id: string): string =>
  `${baseUrl}${PATHS[api]}/${encodeURIComponent(id)}`;

/** An object with its links, as REST and notifications show it. Without an id it gets no `self`. */
export function linked(baseUrl: string, api: Api, object: JsonObject): JsonObject {
  const { id, source } = object;
  const shown: { [name: string]: JsonObject[string] } = { ...object };
  if (id !== undefined) shown.self = objectUrlOf(baseUrl, api, String(id));
  if (SOURCED.includes(api) && isObject(source)) {
    shown.source = { ...source, self: objectUrlOf(baseUrl, 'managedobjects', String(source.id)) };
  }
  return shown;
}

/**
 * A measurement, an event or an alarm as others see it, without links
 * (docs/reference/rest-api.md#what-rest-shows-of-an-object).
 */
export function sourcedObject<T extends { readonly source: string; readonly fragments: JsonObject }>({
  source,
  fragments,
  ...members
}: T): JsonObject {
  return { ...fragments, ...members, source: { id: source } };
}
