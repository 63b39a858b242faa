import { IOT_LIMITS } from '../limits';

/** The keep-alive the broker applies, in seconds: at least 30, at most 1200, never none (aws-platform section 3). */
export function effectiveKeepAlive(seconds: number): number {
  const { keepAliveSecondsAtLeast: least, keepAliveSecondsAtMost: most } = IOT_LIMITS;
  return seconds === 0 ? most : Math.min(most, Math.max(least, seconds));
}
