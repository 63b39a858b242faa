import { createHash } from 'node:crypto';
import { AwsError, accessDenied } from '../endpoint/aws-error';
import type { AwsJsonCall, AwsJsonService } from '../endpoint/aws-json';
import type { Iam } from '../iam/iam';
import { evaluate, type PolicyStatement } from '../iam/policy';
import type { InvokeSource } from '../lambda/permissions';
import type { Meter } from '../meter/meter';
import type { Scheduler } from '../scheduler';
import { md5OfAttributes, md5OfBody } from './md5';
import type { MessageAttribute, NewMessage, Queue, StoredMessage } from './queue';

type Input = Readonly<Record<string, unknown>>;
type Operation = (queue: Queue, input: Input, accessKeyId: string) => unknown;

const LONGEST_VISIBILITY = 43_200;

/** Amazon SQS behind the AWS JSON protocol, as the SDK's client speaks it. */
export class SqsService implements AwsJsonService {
  readonly contentType = 'application/x-amz-json-1.0';
  readonly errorNamespace = 'com.amazonaws.sqs#';
  readonly #iam: Iam;
  readonly #meter: Meter;
  readonly #scheduler: Scheduler;
  readonly #byUrl = new Map<string, Queue>();
  readonly #byArn = new Map<string, Queue>();
  readonly #policies = new Map<Queue, readonly PolicyStatement[]>();

  constructor(iam: Iam, meter: Meter, scheduler: Scheduler) {
    this.#iam = iam;
    this.#meter = meter;
    this.#scheduler = scheduler;
  }

  add(queue: Queue): void {
    this.#byUrl.set(queue.configuration.url, queue);
    this.#byArn.set(queue.configuration.arn, queue);
  }

  /** Attaches an `AWS::SQS::QueuePolicy`. */
  setPolicy(queue: Queue, statements: readonly PolicyStatement[]): void {
    this.#policies.set(queue, [...(this.#policies.get(queue) ?? []), ...statements]);
  }

  get queues(): readonly Queue[] {
    return [...this.#byUrl.values()];
  }

  byArn(arn: string): Queue | undefined {
    return this.#byArn.get(arn);
  }

  byUrl(url: string): Queue | undefined {
    return this.#byUrl.get(url);
  }

  /** What another embedded service (a rule action, a destination) sends with the role of its resource. */
  sendAs(accessKeyId: string, queue: Queue, body: string): void {
    this.#authorize(accessKeyId, 'SendMessage', queue);
    this.#send(queue, { MessageBody: body }, accessKeyId);
  }

  /** What an AWS service sends for one of its resources, as far as the queue's own policy lets it. */
  sendByService({ principal, arn }: InvokeSource, queue: Queue, input: Input): void {
    const request = {
      action: 'sqs:SendMessage',
      resource: queue.configuration.arn,
      context: { 'aws:SecureTransport': 'true', 'aws:SourceArn': arn },
      principals: [principal],
    };
    if (evaluate(this.#policies.get(queue) ?? [], request) !== 'allowed') {
      throw accessDenied(principal, request.action, request.resource, 403);
    }
    this.#send(queue, input, principal);
  }

  call({ operation, input, accessKeyId }: AwsJsonCall): unknown {
    if (operation === 'GetQueueUrl') return this.#getQueueUrl(input, accessKeyId);
    const run = this.#operations[operation];
    if (!run) throw new AwsError('UnsupportedOperation', `SQS operation ${operation} is not embedded here`);
    const queue = this.#byUrl.get(String(input.QueueUrl));
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    this.#authorize(accessKeyId, operation.replace(/Batch$/, ''), queue);
    return run(queue, input, accessKeyId);
  }

  /** Whether the caller may do `action` (such as `ReceiveMessage`) on the queue. */
  isAllowed(accessKeyId: string, action: string, queue: Queue): boolean {
    return this.#iam.isAllowed(accessKeyId, `sqs:${action}`, queue.configuration.arn, {}, this.#policies.get(queue));
  }

  /** Counts one request against the queue. */
  count(queue: Queue, bytes: number): void {
    this.#meter.sqsRequest(queue.configuration.name, queue.configuration.fifo, bytes);
  }

  readonly #operations: Readonly<Record<string, Operation>> = {
    SendMessage: (queue, input, caller) => this.#send(queue, input, caller),
    SendMessageBatch: (queue, input, caller) => this.#sendBatch(queue, input, caller),
    ReceiveMessage: (queue, input) => this.#receive(queue, input),
    DeleteMessage: (queue, input) => {
      this.count(queue, 0);
      queue.delete(String(input.ReceiptHandle));
      return {};
    },
    DeleteMessageBatch: (queue, input) =>
      this.#batch(queue, input, (entry) => {
        queue.delete(String(entry.ReceiptHandle));
        return {};
      }),
    ChangeMessageVisibility: (queue, input) => {
      this.count(queue, 0);
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

  #authorize(accessKeyId: string, action: string, queue: Queue): void {
    if (this.isAllowed(accessKeyId, action, queue)) return;
    throw accessDenied(this.#iam.callerArn(accessKeyId), `sqs:${action}`, queue.configuration.arn, 403);
  }

  #getQueueUrl(input: Input, accessKeyId: string): unknown {
    const queue = this.queues.find(({ configuration }) => configuration.name === input.QueueName);
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    this.#authorize(accessKeyId, 'GetQueueUrl', queue);
    return { QueueUrl: queue.configuration.url };
  }

  #send(queue: Queue, input: Input, accessKeyId: string): Record<string, unknown> {
    const message = newMessage(queue, input, accessKeyId);
    this.count(queue, Buffer.byteLength(message.body));
    return sent(queue, message);
  }

  #sendBatch(queue: Queue, input: Input, accessKeyId: string): unknown {
    return this.#batch(queue, input, (entry) => {
      return sent(queue, newMessage(queue, entry, accessKeyId));
    });
  }

  #batch(queue: Queue, input: Input, run: (entry: Input) => Record<string, unknown>): unknown {
    const entries = Array.isArray(input.Entries) ? (input.Entries as Input[]) : [];
    if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'There should be at least one entry.');
    if (entries.length > 10) {
      throw new AwsError('TooManyEntriesInBatchRequest', 'Maximum number of entries per request are 10.');
    }
    const ids = new Set(entries.map((entry) => entry.Id));
    if (ids.size < entries.length) throw new AwsError('BatchEntryIdsNotDistinct', 'Ids of entries are not distinct.');
    this.count(
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

  async #receive(queue: Queue, input: Input): Promise<unknown> {
    const max = Number(input.MaxNumberOfMessages ?? 1);
    if (max < 1 || max > 10) throw new AwsError('InvalidParameterValue', 'MaxNumberOfMessages must be from 1 to 10');
    const visibility = input.VisibilityTimeout === undefined ? undefined : Number(input.VisibilityTimeout);
    const wait = Number(input.WaitTimeSeconds ?? 0);
    let messages = queue.receive(max, visibility);
    if (messages.length === 0 && wait > 0) {
      await this.#available(queue, wait);
      messages = queue.receive(max, visibility);
    }
    this.count(
      queue,
      messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0),
    );
    if (messages.length === 0) return {};
    return { Messages: messages.map((message) => received(message)) };
  }

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

  #changeVisibility(queue: Queue, input: Input): Record<string, unknown> {
    const seconds = Number(input.VisibilityTimeout);
    if (!(seconds >= 0 && seconds <= LONGEST_VISIBILITY)) {
      throw new AwsError('InvalidParameterValue', `VisibilityTimeout must be from 0 to ${LONGEST_VISIBILITY}`);
    }
    if (!queue.changeVisibility(String(input.ReceiptHandle), seconds)) {
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

function newMessage(queue: Queue, input: Input, senderId: string): NewMessage {
  const { fifo, contentBasedDeduplication, maximumMessageSize } = queue.configuration;
  const body = String(input.MessageBody ?? '');
  if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (Buffer.byteLength(body) > maximumMessageSize) {
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageSize} bytes.`,
    );
  }
  const groupId = text(input.MessageGroupId);
  const deduplicationId = text(input.MessageDeduplicationId) ?? (contentBasedDeduplication ? sha256(body) : undefined);
  if (fifo && groupId === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  }
  if (fifo && deduplicationId === undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  const attributes = input.MessageAttributes as Readonly<Record<string, MessageAttribute>> | undefined;
  return {
    body,
    senderId,
    ...(attributes === undefined ? {} : { attributes }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(fifo && deduplicationId !== undefined ? { deduplicationId } : {}),
    ...(input.DelaySeconds === undefined ? {} : { delay: Number(input.DelaySeconds) }),
  };
}

function sent(queue: Queue, message: NewMessage): Record<string, string> {
  const { messageId, sequenceNumber } = queue.send(message);
  const ofAttributes = md5OfAttributes(message.attributes ?? {});
  return {
    MessageId: messageId,
    ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
    MD5OfMessageBody: md5OfBody(message.body),
    ...(ofAttributes === undefined ? {} : { MD5OfMessageAttributes: ofAttributes }),
  };
}

function received(message: StoredMessage): Record<string, unknown> {
  const ofAttributes = md5OfAttributes(message.attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5OfBody(message.body),
    Attributes: systemAttributes(message),
    ...(ofAttributes === undefined
      ? {}
      : { MessageAttributes: message.attributes, MD5OfMessageAttributes: ofAttributes }),
  };
}

/** The system attributes of a received message, as clients and Lambda see them. */
export function systemAttributes(message: StoredMessage): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
    ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
    ...(message.deduplicationId === undefined ? {} : { MessageDeduplicationId: message.deduplicationId }),
    ...(message.sequenceNumber === undefined ? {} : { SequenceNumber: message.sequenceNumber }),
  };
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function sha256(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
