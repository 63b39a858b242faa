/**
 * The topic shapes devices publish on, and the IoT SQL that turns each into one event for a function. Shapes never
 * overlap: a message that matched two rules would be processed and billed twice (aws-platform section 2.3).
 */
export interface TopicRule {
  /** Letters, digits and underscores only; fixed, see `docs/deployment.md` on one deployment per account. */
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** The version of IoT SQL that has `encode(*, 'base64')` and the MQTT 5 properties. */
export const SQL_VERSION = '2016-03-23';

/**
 * Payloads are CSV, so they travel as base64 in a field of their own: merged with `*`, a JSON payload could overwrite
 * the fields beside it. The last two exist for MQTT 5 devices only and are left out otherwise.
 */
const ENVELOPE = [
  "encode(*, 'base64') AS payload",
  'topic() AS topic',
  'clientid() AS clientId',
  'timestamp() AS receivedAt',
  'traceid() AS messageId',
  "get_mqtt_property('response_topic') AS responseTopic",
  "get_mqtt_property('correlation_data') AS correlationData",
].join(', ');

/** The processing modes (mqtt-implementation section 10); `x/us` is somebody else's topic. */
const MODES_ONLY = "topic(1) IN ['s','t','q','c']";

const uplink = (name: string, filter: string, description: string): TopicRule => ({
  name: `cirrus_uplink_${name}`,
  description,
  sql: `SELECT ${ENVELOPE} FROM '${filter}' WHERE ${MODES_ONLY}`,
});

/** `+/us/#` would not match `+/us` on AWS, and `+/us` does not match children: two shapes, two rules. */
export const UPLINK_RULES: readonly TopicRule[] = [
  uplink('static', '+/us', 'SmartREST static templates of the device itself'),
  uplink('static_child', '+/us/#', 'SmartREST static templates for a child device or service'),
];

const lifecycle = (name: string, filter: string, description: string): TopicRule => ({
  name: `cirrus_lifecycle_${name}`,
  description,
  sql: `SELECT * FROM '${filter}'`,
});

/** What the broker itself reports (aws-platform section 5). */
export const LIFECYCLE_RULES: readonly TopicRule[] = [
  lifecycle('connected', '$aws/events/presence/connected/+', 'A client connected'),
  lifecycle('disconnected', '$aws/events/presence/disconnected/+', 'A client disconnected'),
  lifecycle('subscribed', '$aws/events/subscriptions/subscribed/+', 'A client subscribed'),
  lifecycle('unsubscribed', '$aws/events/subscriptions/unsubscribed/+', 'A client unsubscribed'),
];
