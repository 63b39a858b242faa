import { accessDenied } from '../endpoint/aws-error';
import type { RequestInput } from '../endpoint/aws-json';
import type { Access } from '../iam/access';
import { evaluate, type PolicyStatement } from '../iam/policy';
import type { ServiceCaller } from '../iam/service-caller';
import type { JournalEntry } from '../journal';
import type { Meter } from '../meter/meter';
import type { ServiceState } from '../service';
import { newMessage } from './message';
import type { Queue, StoredMessage } from './queue';
import type { QueueReader, QueueSender } from './queue-sender';

/** The messages of each queue, by ARN. */
type SavedMessages = Readonly<Record<string, readonly StoredMessage[]>>;

/** The key of queued messages in the journal. Their owner is the queue's ARN. */
export const QUEUED_MESSAGES = 'queues';

/** The queues of the stack and their policies. The messages outlive the process. */
export class Queues implements QueueSender, QueueReader, ServiceState {
  readonly key = QUEUED_MESSAGES;
  readonly #access: Access;
  readonly #meter: Pick<Meter, 'sqsRequest'>;
  readonly #byUrl = new Map<string, Queue>();
  readonly #byArn = new Map<string, Queue>();
  readonly #policies = new Map<Queue, readonly PolicyStatement[]>();
  #saved: SavedMessages = {};

  constructor(access: Access, meter: Pick<Meter, 'sqsRequest'>) {
    this.#access = access;
    this.#meter = meter;
  }

  /** Adds a queue, with the messages that an earlier run left in it. */
  add(queue: Queue): void {
    const { url, arn } = queue.configuration;
    this.#byUrl.set(url, queue);
    this.#byArn.set(arn, queue);
    queue.restore(this.#saved[arn] ?? []);
  }

  /** Attaches an `AWS::SQS::QueuePolicy`. */
  setPolicy(queue: Queue, statements: readonly PolicyStatement[]): void {
    this.#policies.set(queue, [...(this.#policies.get(queue) ?? []), ...statements]);
  }

  get all(): readonly Queue[] {
    return [...this.#byUrl.values()];
  }

  byArn(arn: string): Queue | undefined {
    return this.#byArn.get(arn);
  }

  byUrl(url: string): Queue | undefined {
    return this.#byUrl.get(url);
  }

  isAllowed(accessKeyId: string, action: string, queue: Queue): boolean {
    const { arn } = queue.configuration;
    return this.#access.isAllowed(accessKeyId, `sqs:${action}`, arn, {}, this.#policies.get(queue));
  }

  /** Refuses what neither the caller's role nor the queue's policy allows. */
  demand(accessKeyId: string, action: string, queue: Queue): void {
    if (this.isAllowed(accessKeyId, action, queue)) return;
    throw accessDenied(this.#access.callerArn(accessKeyId), `sqs:${action}`, queue.configuration.arn, 403);
  }

  sendAs(accessKeyId: string, queue: Queue, body: string): void {
    this.demand(accessKeyId, 'SendMessage', queue);
    const message = newMessage(queue.configuration, { MessageBody: body }, accessKeyId);
    this.countRequest(queue, Buffer.byteLength(message.body));
    queue.send(message);
  }

  sendByService({ principal, arn }: ServiceCaller, queue: Queue, input: RequestInput): void {
    const request = {
      action: 'sqs:SendMessage',
      resource: queue.configuration.arn,
      context: { 'aws:SecureTransport': 'true', 'aws:SourceArn': arn },
      principals: [principal],
    };
    if (evaluate(this.#policies.get(queue) ?? [], request) !== 'allowed') {
      throw accessDenied(principal, request.action, request.resource, 403);
    }
    const message = newMessage(queue.configuration, input, principal);
    this.countRequest(queue, Buffer.byteLength(message.body));
    queue.send(message);
  }

  countRequest({ configuration: { name, fifo } }: Queue, bytes: number): void {
    this.#meter.sqsRequest(name, fifo, bytes);
  }

  save(): SavedMessages {
    const queues = this.all.map(({ configuration, messages }) => [configuration.arn, messages] as const);
    return Object.fromEntries(queues.filter(([, messages]) => messages.length > 0));
  }

  *entries(): Iterable<JournalEntry> {
    for (const { configuration, messages } of this.all) {
      for (const message of messages) {
        yield { key: this.key, owner: configuration.arn, id: message.messageId, value: message };
      }
    }
  }

  restore(saved: unknown): void {
    this.#saved = saved as SavedMessages;
  }
}
