import { AwsError } from '../endpoint/aws-error';
import type { AwsJsonApi, AwsJsonCall, RequestInput } from '../endpoint/aws-json';
import type { Scheduler } from '../scheduler';
import { SQS_LIMITS } from './limits';
import { newMessage, receivedMessage, sendResult } from './message';
import type { Queue } from './queue';
import type { Queues } from './queues';

type Operation = (queue: Queue, input: RequestInput, accessKeyId: string) => unknown;

/** Amazon SQS behind the AWS JSON protocol, as the SDK's client speaks it. */
export class SqsApi implements AwsJsonApi {
  readonly contentType = 'application/x-amz-json-1.0';
  readonly errorNamespace = 'com.amazonaws.sqs#';
  readonly #queues: Queues;
  readonly #scheduler: Scheduler;

  constructor(queues: Queues, scheduler: Scheduler) {
    this.#queues = queues;
    this.#scheduler = scheduler;
  }

  call({ operation, input, accessKeyId }: AwsJsonCall): unknown {
    if (operation === 'GetQueueUrl') return this.#getQueueUrl(input, accessKeyId);
    const run = this.#operations[operation];
    if (!run) throw new AwsError('UnsupportedOperation', `SQS operation ${operation} is not embedded here`);
    const queue = this.#queues.byUrl(String(input.QueueUrl));
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    this.#queues.demand(accessKeyId, operation.replace(/Batch$/, ''), queue);
    return run(queue, input, accessKeyId);
  }

  readonly #operations: Readonly<Record<string, Operation>> = {
    SendMessage: (queue, input, caller) => this.#send(queue, input, caller),
    SendMessageBatch: (queue, input, caller) => this.#sendBatch(queue, input, caller),
    ReceiveMessage: (queue, input) => this.#receive(queue, input),
    DeleteMessage: (queue, input) => {
      this.#queues.countRequest(queue, 0);
      queue.delete(String(input.ReceiptHandle));
      return {};
    },
    DeleteMessageBatch: (queue, input) =>
      this.#batch(queue, input, (entry) => {
        queue.delete(String(entry.ReceiptHandle));
        return {};
      }),
    ChangeMessageVisibility: (queue, input) => {
      this.#queues.countRequest(queue, 0);
      return this.#changeVisibility(queue, input);
    },
    ChangeMessageVisibilityBatch: (queue, input) =>
      this.#batch(queue, input, (entry) => this.#changeVisibility(queue, entry)),
    GetQueueAttributes: (queue, input) => this.#attributes(queue, texts(input.AttributeNames)),
    PurgeQueue: (queue) => {
      queue.purge();
      return {};
    },
  };

  #getQueueUrl(input: RequestInput, accessKeyId: string): unknown {
    const queue = this.#queues.all.find(({ configuration }) => configuration.name === input.QueueName);
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    this.#queues.demand(accessKeyId, 'GetQueueUrl', queue);
    return { QueueUrl: queue.configuration.url };
  }

  #send(queue: Queue, input: RequestInput, accessKeyId: string): Record<string, unknown> {
    const message = newMessage(queue.configuration, input, accessKeyId);
    this.#queues.countRequest(queue, Buffer.byteLength(message.body));
    return sendResult(message, queue.send(message));
  }

  #sendBatch(queue: Queue, input: RequestInput, accessKeyId: string): unknown {
    return this.#batch(queue, input, (entry) => {
      const message = newMessage(queue.configuration, entry, accessKeyId);
      return sendResult(message, queue.send(message));
    });
  }

  #batch(queue: Queue, input: RequestInput, run: (entry: RequestInput) => Record<string, unknown>): unknown {
    const entries = Array.isArray(input.Entries) ? (input.Entries as RequestInput[]) : [];
    if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'There should be at least one entry.');
    if (entries.length > SQS_LIMITS.batchEntries) {
      throw new AwsError(
        'TooManyEntriesInBatchRequest',
        `Maximum number of entries per request are ${SQS_LIMITS.batchEntries}.`,
      );
    }
    const ids = new Set(entries.map((entry) => entry.Id));
    if (ids.size < entries.length) throw new AwsError('BatchEntryIdsNotDistinct', 'Ids of entries are not distinct.');
    this.#queues.countRequest(
      queue,
      entries.reduce((sum, entry) => sum + Buffer.byteLength(String(entry.MessageBody ?? '')), 0),
    );
    const successful: unknown[] = [];
    const failed: unknown[] = [];
    for (const entry of entries) {
      try {
        successful.push({ Id: entry.Id, ...run(entry) });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
      }
    }
    return { Successful: successful, Failed: failed };
  }

  async #receive(queue: Queue, input: RequestInput): Promise<unknown> {
    const max = Number(input.MaxNumberOfMessages ?? 1);
    const { receivedMessages: most } = SQS_LIMITS;
    if (!Number.isInteger(max) || max < 1 || max > most) {
      throw new AwsError('InvalidParameterValue', `MaxNumberOfMessages must be from 1 to ${most}`);
    }
    const visibility = seconds(input, 'VisibilityTimeout', SQS_LIMITS.visibilityTimeoutSeconds);
    const wait = seconds(input, 'WaitTimeSeconds', SQS_LIMITS.receiveWaitSeconds) ?? queue.configuration.receiveWait;
    let messages = queue.receive(max, visibility);
    if (messages.length === 0 && wait > 0) {
      await this.#available(queue, wait);
      messages = queue.receive(max, visibility);
    }
    this.#queues.countRequest(
      queue,
      messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0),
    );
    if (messages.length === 0) return {};
    return { Messages: messages.map((message) => receivedMessage(message)) };
  }

  /** Resolves when a message is visible, or after `seconds`. */
  #available(queue: Queue, seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stopListening();
        cancel();
        resolve();
      };
      const stopListening = queue.onAvailable(() => {
        if (queue.counts().visible > 0) done();
      });
      const cancel = this.#scheduler.after(seconds * 1000, done);
    });
  }

  #changeVisibility(queue: Queue, input: RequestInput): Record<string, unknown> {
    const visibility = Number(input.VisibilityTimeout);
    const { visibilityTimeoutSeconds: longest } = SQS_LIMITS;
    if (!(visibility >= 0 && visibility <= longest)) {
      throw new AwsError('InvalidParameterValue', `VisibilityTimeout must be from 0 to ${longest}`);
    }
    if (!queue.changeVisibility(String(input.ReceiptHandle), visibility)) {
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
    }
    return {};
  }

  #attributes(queue: Queue, names: readonly string[]): unknown {
    const { configuration } = queue;
    const { visible, inFlight, delayed } = queue.counts();
    const all: Record<string, string> = {
      QueueArn: configuration.arn,
      VisibilityTimeout: String(configuration.visibilityTimeout),
      DelaySeconds: String(configuration.delay),
      MessageRetentionPeriod: String(configuration.retention),
      MaximumMessageSize: String(configuration.maximumMessageSize),
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      ...(configuration.fifo ? { FifoQueue: 'true' } : {}),
    };
    const wanted = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
    return { Attributes: Object.fromEntries(wanted) };
  }
}

/** A number of seconds, undefined when it is left out. */
function seconds(input: RequestInput, name: string, most: number): number | undefined {
  if (input[name] === undefined || input[name] === null) return undefined;
  const value = Number(input[name]);
  if (value >= 0 && value <= most) return value;
  throw new AwsError('InvalidParameterValue', `${name} must be from 0 to ${most}`);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
