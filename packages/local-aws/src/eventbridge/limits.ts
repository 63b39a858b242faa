/** What EventBridge allows (docs/reference/aws-platform.md#events-and-rules-of-a-bus). */
export const EVENTBRIDGE_LIMITS = {
  /** Entries of one PutEvents. */
  requestEntries: 10,
  /** All entries of one PutEvents together. */
  requestBytes: 256 * 1024,
  targetsPerRule: 5,
} as const;
