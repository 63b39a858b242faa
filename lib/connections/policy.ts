/**
 * AWS's limit for one policy document of a custom authorizer
 * (docs/reference/aws-platform.md#size-of-a-policy-document).
 */
export const POLICY_DOCUMENT_LIMIT = 2048;

/** What a connection may publish on, and what it may subscribe to and receive; `*` stands as in an IAM policy. */
export interface ConnectionTopics {
  readonly publish: readonly string[];
  readonly receive: readonly string[];
}

interface Statement {
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: readonly string[];
}

/**
 * What a connected device may do, as documents of literal topics: connect under its own client ID and publish uplinks;
 * subscribe to and receive downlinks. There is never a downlink in Publish or an uplink in Receive: one device could
 * otherwise command or read all others
 * (docs/reference/aws-platform.md#uplinks-are-never-received-downlinks-never-published).
 *
 * @param arnPrefix `arn:aws:iot:<region>:<account>:`
 * @param clientId already checked against the allow-list, because `*` and `${` would be live here
 */
export function connectionPolicy(
  arnPrefix: string,
  clientId: string,
  { publish, receive }: ConnectionTopics,
): readonly string[] {
  const allow = (action: string, type: string, names: readonly string[]): readonly Statement[] =>
    parts(names.map((name) => `${arnPrefix}${type}/${name}`)).map((Resource) => ({
      Effect: 'Allow',
      Action: `iot:${action}`,
      Resource,
    }));
  return [
    ...allow('Connect', 'client', [clientId]),
    ...allow('Publish', 'topic', publish),
    ...allow('Subscribe', 'topicfilter', receive),
    ...allow('Receive', 'topic', receive),
  ].map((statement) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
}

/** Room for everything of a document but its resources. */
const FRAME_BYTES = 120;

/** Cuts a list into parts that each fit into one document. */
function parts(resources: readonly string[]): readonly (readonly string[])[] {
  const made: string[][] = [];
  let room = 0;
  for (const resource of resources) {
    const bytes = JSON.stringify(resource).length + 1;
    if (bytes > room) {
      made.push([]);
      room = POLICY_DOCUMENT_LIMIT - FRAME_BYTES;
    }
    made.at(-1)?.push(resource);
    room -= bytes;
  }
  return made;
}
