import { isObject, type JsonObject } from '../../base/json';

/** What a device or user requires (docs/reference/mqtt-implementation.md#availability). */
export const REQUIREMENT = 'c8y_RequiredAvailability';

/** Minutes are a 16-bit number; what is beyond is clipped. */
const LIMIT = 32_767;

/** Minutes between signs of life; zero or less is maintenance, `undefined` says that nobody watches. */
export function responseIntervalOf({ [REQUIREMENT]: requirement }: JsonObject): number | undefined {
  const interval = isObject(requirement) ? Number(requirement.responseInterval ?? Number.NaN) : Number.NaN;
  return Number.isNaN(interval) ? undefined : Math.trunc(Math.min(LIMIT, Math.max(-LIMIT - 1, interval)));
}
