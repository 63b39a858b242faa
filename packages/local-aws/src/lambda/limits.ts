/** What Lambda allows (docs/reference/aws-platform.md#asynchronous-invocation). */
export const LAMBDA_LIMITS = {
  synchronousEventBytes: 6 * 1024 * 1024,
  asynchronousEventBytes: 1024 * 1024,
  /** Retries of an asynchronous event, unless the template says fewer. */
  retryAttempts: 2,
  /** How long an asynchronous event is tried, unless the template says less. */
  eventAgeSeconds: 21_600,
} as const;
