/**
 * AWS's limit for one policy document of a custom authorizer
 * (docs/reference/aws-platform.md#size-of-a-policy-document).
 */
export const POLICY_DOCUMENT_LIMIT = 2048;

/** The topics a connection may publish on, and those it may subscribe to. `*` means what it means in an IAM policy. */
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
 * What a connected device may do, as policy documents: connect under its own client ID, publish uplinks, subscribe to
 * downlinks and receive them. Publish never holds a downlink and Receive never holds an uplink, because one device
 * could then command or read all others
 * (docs/reference/aws-platform.md#uplinks-are-never-received-downlinks-never-published).
 *
 * @param arnPrefix `arn:aws:iot:<region>:<account>:`
 * @param clientId well formed (`parseClientId`): `*` and `${` would have a meaning in a policy
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

/** Bytes of a document beside its resources, rounded up. */
const FRAME_BYTES = 120;

/** Cuts a list of ARNs into parts, each of which fits into one document. */
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
