import type { JsonObject } from '../base/json';
import type { Alarm, DeviceEvent, Measurement } from './model';

/** A measurement, an event or an alarm as REST shows it, without links (rest-api sections 7 and 8). */
export function sourcedObject({ source, fragments, ...members }: Measurement | DeviceEvent | Alarm): JsonObject {
  return { ...fragments, ...members, source: { id: source } };
}
