/**
 * Limits and times of real-time notifications; docs/realtime.md#limits-and-what-happens-at-them explains them. Times in
 * milliseconds, sizes in bytes.
 */

/**
 * API Gateway lets a WebSocket frame have this many bytes, in both directions
 * (docs/reference/aws-platform.md#websocket-api).
 */
export const FRAME_BYTES = 32 * 1024;
/** The largest request of a client, however many frames it takes. */
export const MESSAGE_BYTES = 128 * 1024;
export const MESSAGES_PER_REQUEST = 500;
export const SUBSCRIPTIONS_PER_SESSION = 200;
/**
 * Cumulocity's limit. The oldest is closed when one more comes
 * (docs/reference/rest-api.md#connections-of-one-user-to-a-channel).
 */
export const CONNECTIONS_PER_USER_AND_CHANNEL = 10;

/** How long a poll waits. API Gateway gives up after 30 s, and the start of a new function instance counts too. */
export const POLL_MS = 25_000;
/**
 * The time between two connects of a WebSocket client. A client notices a lost connection by a missing reply. Each
 * connect costs two messages and one invocation.
 */
export const CONNECT_INTERVAL_MS = 30_000;
/** A client that connects again sooner than this ignores the interval. */
export const EARLY_CONNECT_MS = 5_000;
/** How long such a client waits for its reply, so that it does not connect in a tight loop. */
export const HOLD_MS = 20_000;
/** How long a session waits for a client that has lost its connection. The client then finds what it missed. */
export const GRACE_MS = 45_000;
/** How long a subscription lasts. It is renewed when half of the time is over. */
export const SUBSCRIPTION_MS = 2 * 60 * 60_000;
/** After a connect the tenant counts as having listeners for this long. It is renewed when half of the time is over. */
export const LEASE_MS = 5 * 60_000;
/** How many waiting texts one answer takes along. */
export const MAIL_PER_ANSWER = 25;
/** Mail that is not fetched in this time is deleted. */
export const MAIL_MS = 5 * 60_000;
/** How long a WebSocket is remembered. API Gateway closes it after two hours. */
export const WEBSOCKET_MS = 2 * 60 * 60_000 + GRACE_MS;
