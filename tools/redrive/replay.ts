import * as z from 'zod';
import { fail, ok, type Result } from '../../lib/base/result';

/** A message of the failure queue. */
export interface FailedMessage {
  readonly body: string;
  /** When it was put into the queue, ms since the epoch. */
  readonly sentAt: number;
}

/** What to do again: the function, the event, and what is known about why it failed. */
export interface Replay {
  /** Name or ARN. */
  readonly functionName: string;
  readonly event: unknown;
  /** The client ID; empty when there is none. */
  readonly subject: string;
  readonly topic: string;
  readonly cause: string;
}

/** The functions that get what a rule could not hand over, by name or ARN. */
export interface ReplayTargets {
  /** Gets what an uplink rule could not hand over. */
  readonly ingest: string;
  /** Gets what a lifecycle rule could not hand over. */
  readonly lifecycle: string;
}

/** The record of Lambda's on-failure destination: the function failed, or the event became too old. */
const destinationRecord = z.object({
  requestContext: z.object({ functionArn: z.string(), condition: z.string() }),
  requestPayload: z.unknown(),
  responsePayload: z.optional(z.nullable(z.object({ errorType: z.string(), errorMessage: z.string() }).partial())),
});

/**
 * The message of a rule's error action: the rule could not hand a message over
 * (docs/reference/aws-platform.md#message-of-an-error-action).
 */
const ruleRecord = z.object({
  ruleName: z.string(),
  topic: z.string(),
  cloudwatchTraceId: z.string(),
  clientId: z.string(),
  base64OriginalPayload: z.string(),
  failures: z.array(z.object({ failedAction: z.string(), errorMessage: z.string() })),
});

const about = z.object({ clientId: z.string(), topic: z.string() }).partial();
const LIFECYCLE_TOPIC = '$aws/events/';

/** Reads a message of the failure queue. The error says why it cannot be replayed. */
export function replayOf(message: FailedMessage, targets: ReplayTargets): Result<Replay, string> {
  let body: unknown;
  try {
    body = JSON.parse(message.body);
  } catch {
    return fail('not JSON');
  }
  const byLambda = destinationRecord.safeParse(body);
  if (byLambda.success) return ok(ofDestination(byLambda.data));
  const byRule = ruleRecord.safeParse(body);
  if (byRule.success) return ofRule(byRule.data, message, targets);
  return fail('neither the record of a failed function nor of a failed rule');
}

function ofDestination({
  requestContext,
  requestPayload,
  responsePayload,
}: z.output<typeof destinationRecord>): Replay {
  const known = about.safeParse(requestPayload);
  const { errorType, errorMessage } = responsePayload ?? {};
  return {
    functionName: requestContext.functionArn.replace(/:\$LATEST$/, ''),
    event: requestPayload,
    subject: known.data?.clientId ?? '',
    topic: known.data?.topic ?? '',
    cause: errorMessage === undefined ? requestContext.condition : `${errorType ?? 'Error'}: ${errorMessage}`,
  };
}

function ofRule(
  record: z.output<typeof ruleRecord>,
  { sentAt }: FailedMessage,
  { ingest, lifecycle }: ReplayTargets,
): Result<Replay, string> {
  const { ruleName, topic, clientId, base64OriginalPayload, failures } = record;
  const cause = failures.map(({ failedAction, errorMessage }) => `${failedAction}: ${errorMessage}`).join('; ');
  const shared = { subject: clientId, topic, cause: `rule ${ruleName}: ${cause}` };
  if (topic.startsWith(LIFECYCLE_TOPIC)) {
    try {
      const event: unknown = JSON.parse(Buffer.from(base64OriginalPayload, 'base64').toString('utf8'));
      return ok({ ...shared, functionName: lifecycle, event });
    } catch {
      return fail(`the lifecycle event on ${topic} is not JSON`);
    }
  }
  if (clientId === 'n/a') return fail(`no device: the message on ${topic} was not published over MQTT`);
  // The record does not have the time when the broker got the message. The time of the failure is the nearest one
  // known.
  const event = {
    payload: base64OriginalPayload,
    topic,
    clientId,
    receivedAt: sentAt,
    messageId: record.cloudwatchTraceId,
  };
  return ok({ ...shared, functionName: ingest, event });
}
