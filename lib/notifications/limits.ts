/**
 * Limits and times of real-time notifications; docs/realtime.md#limits-and-what-happens-at-them explains them. Times in
 * milliseconds, sizes in bytes.
 */

/**
 * API Gateway lets a WebSocket frame have this many bytes, in both directions
 * (docs/reference/aws-platform.md#websocket-api).
 */
export const FRAME_BYTES = 32 * 1024;
/** Of what a client sends at once, however many frames it is. */
export const MESSAGE_BYTES = 128 * 1024;
export const MESSAGES_PER_REQUEST = 500;
export const SUBSCRIPTIONS_PER_SESSION = 200;
/**
 * Cumulocity's limit. The oldest is closed when one more comes
 * (docs/reference/rest-api.md#connections-of-one-user-to-a-channel).
 */
export const CONNECTIONS_PER_USER_AND_CHANNEL = 10;

/** How long a poll waits: API Gateway gives up after 30 s, and what a new instance takes to start counts too. */
export const POLL_MS = 25_000;
/**
 * Between two connects of a WebSocket client. It is what a client notices a lost connection by, and what each of them
 * costs: two messages and one invocation.
 */
export const CONNECT_INTERVAL_MS = 30_000;
/** A client that connects again sooner than this has not heard of the interval and is held. */
export const EARLY_CONNECT_MS = 5_000;
export const HOLD_MS = 20_000;
/** How long a session outlives its client: who lost the connection is back at the next connect and finds what it missed. */
export const GRACE_MS = 45_000;
/** Subscriptions are written this far ahead and again when half of it is over. */
export const SUBSCRIPTION_MS = 2 * 60 * 60_000;
/** The tenant has listeners for this long after the latest connect; renewed when half of it is over. */
export const LEASE_MS = 5 * 60_000;
/** How many waiting texts one answer takes along. */
export const MAIL_PER_ANSWER = 25;
/** What is not fetched by then has no reader. */
export const MAIL_MS = 5 * 60_000;
/** API Gateway closes a WebSocket after two hours. */
export const WEBSOCKET_MS = 2 * 60 * 60_000 + GRACE_MS;
