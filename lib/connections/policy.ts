import { DOWNLINK_TOPICS } from './topics';
import { UPLINK_TOPICS } from './uplink-topic';

/** AWS's limit for one policy document of a custom authorizer (aws-platform section 1.2). */
export const POLICY_DOCUMENT_LIMIT = 2048;

interface Statement {
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: readonly string[];
}

/**
 * What a connected device may do, as two documents of literal topics: connect under its own client ID and publish
 * uplinks; subscribe to and receive downlinks. Never a downlink in Publish or an uplink in Receive: one device could
 * otherwise command or read all others (aws-platform section 12, traps 4 and 5).
 *
 * @param arnPrefix `arn:aws:iot:<region>:<account>:`
 * @param clientId already checked against the allow-list, because `*` and `${` would be live here
 */
export function connectionPolicy(arnPrefix: string, clientId: string): readonly string[] {
  const allow = (action: string, type: string, names: readonly string[]): Statement => ({
    Effect: 'Allow',
    Action: `iot:${action}`,
    Resource: names.map((name) => `${arnPrefix}${type}/${name}`),
  });
  return [
    [allow('Connect', 'client', [clientId]), allow('Publish', 'topic', UPLINK_TOPICS)],
    [allow('Subscribe', 'topicfilter', DOWNLINK_TOPICS), allow('Receive', 'topic', DOWNLINK_TOPICS)],
  ].map((statements) => JSON.stringify({ Version: '2012-10-17', Statement: statements }));
}
