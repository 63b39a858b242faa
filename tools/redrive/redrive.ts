import { createHash } from 'node:crypto';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Replay, type ReplayTargets, replayOf } from './replay';

/** What was done with one message of the failure queue. */
export interface Redriven {
  readonly outcome: 'replayed' | 'kept' | 'would replay';
  /** Absent for a message that is not understood. */
  readonly replay?: Replay;
  /** Why it was kept. */
  readonly reason?: string;
}

/** What a run needs. */
export interface RedriveOptions extends ReplayTargets {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly queueUrl: string;
  /** Change nothing. */
  readonly dryRun: boolean;
}

const BATCH = 10;
/** Seconds for which a message is hidden: longer than a run, so that no run sees a message twice. */
const HIDDEN_SECONDS = 300;

/**
 * Hands every message of the failure queue to its function again. It deletes a message only after Lambda has accepted
 * the event. A run that is interrupted may hand an event over twice, which the functions are made for. An event that
 * fails again comes back to the queue by itself, and waits there for a later run.
 */
export async function* redrive(options: RedriveOptions): AsyncGenerator<Redriven> {
  const { sqs, queueUrl } = options;
  const replayed = new Set<string>();
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: BATCH,
        // a long poll asks all servers of the queue, so that no answer means that the queue is empty
        WaitTimeSeconds: 1,
        VisibilityTimeout: HIDDEN_SECONDS,
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    if (messages.length === 0) return;
    for (const message of messages) yield await handle(message, options, replayed);
  }
}

async function handle(message: Message, options: RedriveOptions, replayed: Set<string>): Promise<Redriven> {
  const sentAt = Number(message.Attributes?.SentTimestamp ?? 0);
  const read = replayOf({ body: message.Body ?? '', sentAt }, options);
  if (!read.ok) return { outcome: 'kept', reason: read.error };
  const replay = read.value;
  if (options.dryRun) return { outcome: 'would replay', replay };
  const { functionName, event, cause } = replay;
  const payload = JSON.stringify(event);
  const digest = createHash('sha256').update(`${functionName} ${payload}`).digest('hex');
  if (replayed.has(digest)) return { outcome: 'kept', replay, reason: `failed again: ${cause}` };
  try {
    await options.lambda.send(
      new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: payload }),
    );
  } catch (error) {
    return { outcome: 'kept', replay, reason: error instanceof Error ? error.message : String(error) };
  }
  replayed.add(digest);
  const { ReceiptHandle } = message;
  await options.sqs.send(new DeleteMessageCommand({ QueueUrl: options.queueUrl, ReceiptHandle }));
  return { outcome: 'replayed', replay };
}
