/** What DynamoDB allows, in bytes, levels and counts. */
export const DYNAMODB_LIMITS = {
  partitionKeyBytes: 2048,
  sortKeyBytes: 1024,
  /** Checked by dynalite. */
  itemBytes: 409_600,
  /** The attribute itself is level 1. */
  nestingLevels: 32,
  attributeNameBytes: 65_535,
  /** One expression as it is sent, with placeholders. */
  expressionBytes: 4096,
  /** Operators and functions of one expression. */
  operatorsPerExpression: 300,
  placeholderBytes: 255,
  /** What stands for the placeholders of a request. */
  substitutedBytes: 2 * 1024 * 1024,
  requestBytes: 16 * 1024 * 1024,
} as const;
