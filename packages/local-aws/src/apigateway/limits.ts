/**
 * What API Gateway allows, in bytes and milliseconds (docs/reference/aws-platform.md#http-api,
 * docs/reference/aws-platform.md#websocket-api).
 */
export const APIGATEWAY_LIMITS = {
  httpBodyBytes: 10 * 1024 * 1024,
  /** No integration of an HTTP API may take longer. */
  httpIntegrationMs: 30_000,
  webSocketMessageBytes: 128 * 1024,
  webSocketConnectionMs: 2 * 60 * 60_000,
  webSocketIdleMs: 10 * 60_000,
  webSocketIntegrationMs: 29_000,
  /** Bytes that wait for a client that does not read. AWS does not publish its own limit. */
  webSocketUnreadBytes: 1024 * 1024,
} as const;
