import { IOT_LIMITS } from '../limits';

/**
 * The keep-alive the broker applies, in seconds: at least 30, at most 1200, never none
 * (docs/reference/aws-platform.md#keep-alive).
 */
export function effectiveKeepAlive(seconds: number): number {
  const { keepAliveSecondsAtLeast: least, keepAliveSecondsAtMost: most } = IOT_LIMITS;
  return seconds === 0 ? most : Math.min(most, Math.max(least, seconds));
}
