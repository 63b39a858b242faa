/** What EventBridge allows (aws-platform section 9). */
export const EVENTBRIDGE_LIMITS = {
  /** Entries of one PutEvents. */
  requestEntries: 10,
  /** All entries of one PutEvents together. */
  requestBytes: 256 * 1024,
  targetsPerRule: 5,
} as const;
