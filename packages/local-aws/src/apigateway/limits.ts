/** What API Gateway allows (aws-platform section 8), in bytes and milliseconds. */
export const APIGATEWAY_LIMITS = {
  httpBodyBytes: 10 * 1024 * 1024,
  /** No integration of an HTTP API may take longer. */
  httpIntegrationMs: 30_000,
  webSocketMessageBytes: 128 * 1024,
  webSocketConnectionMs: 2 * 60 * 60_000,
  webSocketIdleMs: 10 * 60_000,
  webSocketIntegrationMs: 29_000,
  /** Bytes that wait for a client that does not read; AWS says nothing of its own limit. */
  webSocketUnreadBytes: 1024 * 1024,
} as const;
