import { isObject, type JsonObject } from '../../base/json';

/**
 * The member that says how often a device must send a sign of life
 * (docs/reference/mqtt-implementation.md#availability).
 */
export const REQUIREMENT = 'c8y_RequiredAvailability';

/** Minutes are a 16-bit number. Larger values are cut to it. */
const LIMIT = 32_767;

/**
 * Minutes within which a sign of life is required. Zero or less means maintenance, `undefined` that nothing is
 * required.
 */
export function responseIntervalOf({ [REQUIREMENT]: requirement }: JsonObject): number | undefined {
  const interval = isObject(requirement) ? Number(requirement.responseInterval ?? Number.NaN) : Number.NaN;
  return Number.isNaN(interval) ? undefined : Math.trunc(Math.min(LIMIT, Math.max(-LIMIT - 1, interval)));
}
