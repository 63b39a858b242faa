import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Replay, type ReplayTargets, replayOf } from './replay';

/** What became of one message of the failure queue. */
export interface Redriven {
  readonly outcome: 'replayed' | 'kept' | 'would replay';
  /** Absent for a message that is not understood. */
  readonly replay?: Replay;
  /** Why it was kept. */
  readonly reason?: string;
}

export interface RedriveOptions extends ReplayTargets {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly queueUrl: string;
  /** Look only. */
  readonly dryRun: boolean;
  /** ms since the epoch; what came into the queue later has failed again and stays. */
  readonly startedAt: number;
}

const BATCH = 10;
/** Longer than a run over a large queue takes between two looks at the same message, seconds. */
const HIDDEN_SECONDS = 300;

/**
 * Hands every message of the failure queue to its function again, and takes it out of the queue only once Lambda has
 * accepted it: what is interrupted is done twice rather than never, which the functions are built for. One that fails
 * again comes back to the queue by itself.
 */
export async function* redrive(options: RedriveOptions): AsyncGenerator<Redriven> {
  const { sqs, queueUrl } = options;
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: BATCH,
        // asks all of the queue's servers, so that empty means empty
        WaitTimeSeconds: 1,
        VisibilityTimeout: HIDDEN_SECONDS,
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    if (messages.length === 0) return;
    for (const message of messages) {
      const sentAt = Number(message.Attributes?.SentTimestamp ?? 0);
      if (sentAt <= options.startedAt) yield await handle(message, sentAt, options);
    }
  }
}

async function handle(message: Message, sentAt: number, options: RedriveOptions): Promise<Redriven> {
  const replay = replayOf({ body: message.Body ?? '', sentAt }, options);
  if (!replay.ok) return { outcome: 'kept', reason: replay.error };
  if (options.dryRun) return { outcome: 'would replay', replay: replay.value };
  const { functionName, event } = replay.value;
  try {
    await options.lambda.send(
      new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: JSON.stringify(event) }),
    );
  } catch (error) {
    return { outcome: 'kept', replay: replay.value, reason: error instanceof Error ? error.message : String(error) };
  }
  await options.sqs.send(
    new DeleteMessageCommand({ QueueUrl: options.queueUrl, ReceiptHandle: message.ReceiptHandle }),
  );
  return { outcome: 'replayed', replay: replay.value };
}
