import { AwsError } from '../endpoint/aws-error';
import { md5OfAttributes, md5OfBody } from '../sqs/md5';
import { systemAttributes } from '../sqs/message';
import type { Queue, StoredMessage } from '../sqs/queue';
import type { QueueReader } from '../sqs/queue-sender';
import { LAMBDA_LIMITS } from './limits';
import type { InvocationResult } from './runtime/instance';

/** What a record has besides body and attributes, and more than that. */
const RECORD_OVERHEAD_BYTES = 2_048;

interface EventSourceMappingConfiguration {
  readonly batchSize: number;
  readonly reportBatchItemFailures: boolean;
  /** Most batches that the function may have at the same time. */
  readonly maximumConcurrency: number;
  readonly region: string;
}

/**
 * Feeds a queue to a function: receives as soon as a message is visible, and deletes the messages that the function has
 * handled. A failed message stays in flight until its visibility timeout, as on AWS. The queue itself keeps the FIFO
 * order, because it gives out no message of a group that has one in flight.
 */
export class EventSourceMapping {
  readonly #queue: Queue;
  readonly #queues: QueueReader;
  readonly #configuration: EventSourceMappingConfiguration;
  readonly #invoke: (event: string) => Promise<InvocationResult>;
  readonly #onLog: (line: string) => void;
  readonly #running = new Set<Promise<void>>();
  #stopListening: (() => void) | undefined;
  #closed = false;

  constructor(
    queue: Queue,
    queues: QueueReader,
    configuration: EventSourceMappingConfiguration,
    invoke: (event: string) => Promise<InvocationResult>,
    onLog: (line: string) => void,
  ) {
    this.#queue = queue;
    this.#queues = queues;
    this.#configuration = configuration;
    this.#invoke = invoke;
    this.#onLog = onLog;
  }

  start(): void {
    this.#stopListening = this.#queue.onAvailable(() => this.#poll());
    this.#poll();
  }

  /** Resolves when no batch is with the function. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Takes no further message and waits for the batches that are with the function. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening?.();
    await Promise.all(this.#running);
  }

  #poll(): void {
    while (!this.#closed && this.#running.size < this.#configuration.maximumConcurrency) {
      const messages = this.#queue.receive(this.#configuration.batchSize, undefined, fitting);
      if (messages.length === 0) return;
      const batch = this.#process(messages).finally(() => {
        this.#running.delete(batch);
        this.#poll();
      });
      this.#running.add(batch);
    }
  }

  async #process(messages: readonly StoredMessage[]): Promise<void> {
    const handles = new Map(messages.map(({ messageId, receiptHandle }) => [messageId, receiptHandle ?? '']));
    const event = JSON.stringify({ Records: messages.map((message) => this.#record(message)) });
    this.#queues.countRequest(this.#queue, Buffer.byteLength(event));
    const failed = this.#failures(await this.#outcome(event), handles);
    const done = [...handles].filter(([messageId]) => !failed.has(messageId));
    for (const [, handle] of done) this.#queue.delete(handle);
    if (done.length > 0) this.#queues.countRequest(this.#queue, 0);
  }

  /** A batch that Lambda refuses, for example one that is too large, has failed like one that the function refuses. */
  async #outcome(event: string): Promise<InvocationResult> {
    try {
      return await this.#invoke(event);
    } catch (error) {
      const errorType = error instanceof AwsError ? error.code : 'Error';
      const errorMessage = error instanceof Error ? error.message : String(error);
      return { ok: false, error: { errorType, errorMessage }, billedMs: 0 };
    }
  }

  /** Ids of the messages to try again. An answer that cannot be read means all of them. */
  #failures(outcome: InvocationResult, handles: ReadonlyMap<string, string>): ReadonlySet<string> {
    const all = new Set(handles.keys());
    if (!outcome.ok) {
      this.#onLog(`batch of ${all.size} failed: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
      return all;
    }
    if (!this.#configuration.reportBatchItemFailures) return new Set();
    const reported = reportedFailures(outcome.payload);
    const known = reported?.every((id) => handles.has(id)) ?? false;
    if (!reported || !known) {
      this.#onLog('batchItemFailures names no message of the batch; the whole batch counts as failed');
      return all;
    }
    return new Set(reported);
  }

  #record(message: StoredMessage): object {
    const ofAttributes = md5OfAttributes(message.attributes);
    const attributes = Object.entries(message.attributes).map(([name, value]) => [
      name,
      { dataType: value.DataType, stringValue: value.StringValue, binaryValue: value.BinaryValue },
    ]);
    return {
      messageId: message.messageId,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: systemAttributes(message),
      messageAttributes: Object.fromEntries(attributes),
      md5OfBody: md5OfBody(message.body),
      ...(ofAttributes === undefined ? {} : { md5OfMessageAttributes: ofAttributes }),
      eventSource: 'aws:sqs',
      eventSourceARN: this.#queue.configuration.arn,
      awsRegion: this.#configuration.region,
    };
  }
}

/** How many of the messages, from the first on, are one event for a function. At least one: Lambda says if it is none. */
function fitting(messages: readonly StoredMessage[]): number {
  let bytes = RECORD_OVERHEAD_BYTES;
  const tooMany = messages.findIndex(({ body, attributes }) => {
    bytes += Buffer.byteLength(JSON.stringify({ body, attributes })) + RECORD_OVERHEAD_BYTES;
    return bytes > LAMBDA_LIMITS.synchronousEventBytes;
  });
  return tooMany < 0 ? messages.length : Math.max(1, tooMany);
}

/** The ids of `batchItemFailures`: none when it is absent, and undefined when it cannot be read. */
function reportedFailures(payload: string): readonly string[] | undefined {
  const result: unknown = JSON.parse(payload);
  if (result === null) return [];
  if (typeof result !== 'object') return undefined;
  const { batchItemFailures } = result as { readonly batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return [];
  if (!Array.isArray(batchItemFailures)) return undefined;
  const ids = batchItemFailures.map((failure: { readonly itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  return ids.every((id): id is string => typeof id === 'string' && id !== '') ? ids : undefined;
}
