/** The keep-alive the broker applies, in seconds: at least 30, at most 1200, never none (aws-platform section 3). */
export function effectiveKeepAlive(seconds: number): number {
  if (seconds === 0) return 1200;
  return Math.min(1200, Math.max(30, seconds));
}
