const PAYLOAD_BYTES = 128 * 1024;

/**
 * What AWS IoT Core allows (docs/reference/aws-platform.md#limits-of-the-broker,
 * docs/reference/aws-platform.md#what-the-authorizer-answers).
 */
export const IOT_LIMITS = {
  payloadBytes: PAYLOAD_BYTES,
  /** Length and bytes of a topic, packet id and payload. A CONNECT may be as long. */
  packetBytes: PAYLOAD_BYTES + 2 + 65_535 + 2,
  clientIdBytes: 128,
  topicBytes: 256,
  topicSlashes: 7,
  filtersPerSubscribe: 8,
  filtersPerConnection: 50,
  /** PUBLISH packets of one connection, in and out together. */
  publishesPerSecond: 100,
  /** Keep-alive of a connection. A value outside becomes the nearest of the two. */
  keepAliveSecondsAtLeast: 30,
  keepAliveSecondsAtMost: 1200,
  /** What an authorizer may answer. */
  policyDocuments: 10,
  policyDocumentCharacters: 2048,
  authorizationSecondsAtLeast: 300,
  authorizationSecondsAtMost: 86_400,
  actionsPerRule: 10,
  /** How long SendDirectMessage may wait for a PUBACK. */
  confirmationSeconds: 15,
} as const;
