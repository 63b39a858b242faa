/** What SQS allows, in bytes, seconds and counts. */
export const SQS_LIMITS = {
  /** Body of one message; a queue may allow less. */
  messageBytes: 1024 * 1024,
  batchEntries: 10,
  /** Messages of one ReceiveMessage. */
  receivedMessages: 10,
  visibilityTimeoutSeconds: 43_200,
  /** How long a ReceiveMessage may wait. */
  receiveWaitSeconds: 20,
  /** How long a deduplication id is recognised. */
  deduplicationSeconds: 300,
} as const;
