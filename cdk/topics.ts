import type { UplinkShape } from '../lib/protocols/protocol';
import { PROTOCOLS } from '../lib/protocols/protocols';
import { ruleFilters } from '../lib/protocols/topics';

/** The IoT SQL that turns each message of some topics into one event for a function. */
export interface TopicRule {
  /** Letters, digits and underscores only. The name is fixed: docs/deployment.md#one-per-account-and-region. */
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** The version of IoT SQL that has `encode(*, 'base64')` and the MQTT 5 properties. */
export const SQL_VERSION = '2016-03-23';

/**
 * The members of an event. The payload travels as base64 in a member of its own. With `*` a JSON payload could
 * overwrite the members beside it. The last two exist for MQTT 5 devices only.
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

/**
 * The rules of one shape. Where a wildcard stands for the processing mode
 * (docs/reference/mqtt-implementation.md#processing-modes), only modes match: other topics such as `x/us` do not belong
 * to Cirrus.
 */
const uplinkRules = (shape: UplinkShape): readonly TopicRule[] =>
  ruleFilters(shape).map(({ name, filter, prefixes }) => ({
    name: `cirrus_uplink_${name}`,
    description: shape.description,
    sql: `SELECT ${ENVELOPE} FROM '${filter}'${prefixes ? ` WHERE topic(1) IN [${quoted(prefixes)}]` : ''}`,
  }));

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(',');

/**
 * The uplinks of every protocol. No message matches two rules: it would be processed and billed twice
 * (docs/reference/aws-platform.md#filters-of-rules-must-not-overlap).
 */
export const UPLINK_RULES: readonly TopicRule[] = PROTOCOLS.flatMap(({ uplinks }) => uplinks.flatMap(uplinkRules));

const lifecycle = (name: string, filter: string, description: string): TopicRule => ({
  name: `cirrus_lifecycle_${name}`,
  description,
  sql: `SELECT * FROM '${filter}'`,
});

/** What the broker itself reports (docs/reference/aws-platform.md#what-a-lifecycle-event-says). */
export const LIFECYCLE_RULES: readonly TopicRule[] = [
  lifecycle('connected', '$aws/events/presence/connected/+', 'A client connected'),
  lifecycle('disconnected', '$aws/events/presence/disconnected/+', 'A client disconnected'),
  lifecycle('subscribed', '$aws/events/subscriptions/subscribed/+', 'A client subscribed'),
  lifecycle('unsubscribed', '$aws/events/subscriptions/unsubscribed/+', 'A client unsubscribed'),
];
