import { createHash } from 'node:crypto';
import type { SeededRandom } from './seeded-random';
import type { InvocationFaults, Simulation } from './simulation';

/** A message as its receiver sees it. */
export interface FifoMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  receiveCount: number;
}

interface Held extends FifoMessage {
  readonly group: string;
  visibleAt: number;
}

export interface FifoQueueOptions {
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  /** The receiver. It returns the ids of the messages that failed. */
  readonly receive: (batch: readonly FifoMessage[], faults: InvocationFaults) => Promise<readonly string[]>;
  /** The probability that an invocation of the receiver is killed. */
  readonly killed: number;
  /** Ms until a message of a receiver that died comes again. */
  readonly visibility: number;
  readonly maxReceives: number;
  readonly count?: (fault: 'killed') => void;
}

const BATCH = 10;
const DEDUPLICATION_MS = 300_000;
const MOST_CALLS_BEFORE_KILL = 10;

/** An SQS FIFO queue with its event source mapping: each group in order, one receiver at a time, at least once. */
export class FifoQueue {
  /** Messages that were received too often. */
  readonly failures: FifoMessage[] = [];
  /** While it is false, no receiver is killed. */
  isFaulty = true;
  readonly #options: FifoQueueOptions;
  readonly #busy = new Set<string>();
  readonly #seen = new Map<string, number>();
  #messages: Held[] = [];
  #sent = 0;

  constructor(options: FifoQueueOptions) {
    this.#options = options;
  }

  /** Answers a request of an SQS client in the AWS JSON protocol. */
  readonly call = async (operation: string, input: Readonly<Record<string, unknown>>): Promise<object> => {
    if (operation === 'SendMessage') return this.#send(input);
    if (operation === 'ChangeMessageVisibilityBatch') return this.#changeVisibility(input);
    throw new Error(`SQS operation ${operation} is not simulated`);
  };

  /** Hands every failed message over again. */
  redrive(): number {
    const failed = this.failures.splice(0) as Held[];
    for (const message of failed) this.#put({ ...message, receiveCount: 0, visibleAt: 0 });
    return failed.length;
  }

  #send({ MessageBody, MessageGroupId, MessageDeduplicationId }: Readonly<Record<string, unknown>>): object {
    const { simulation } = this.#options;
    const body = String(MessageBody);
    const answer = { MessageId: `m${++this.#sent}`, MD5OfMessageBody: createHash('md5').update(body).digest('hex') };
    const seenAt = this.#seen.get(String(MessageDeduplicationId));
    if (seenAt !== undefined && simulation.now() - seenAt < DEDUPLICATION_MS) return answer;
    this.#seen.set(String(MessageDeduplicationId), simulation.now());
    const { MessageId: messageId } = answer;
    this.#put({
      messageId,
      receiptHandle: messageId,
      body,
      group: String(MessageGroupId),
      visibleAt: 0,
      receiveCount: 0,
    });
    return answer;
  }

  #put(message: Held): void {
    this.#messages.push(message);
    this.#poll(message.group, 0);
  }

  #changeVisibility({ Entries: entries }: Readonly<Record<string, unknown>>): object {
    const now = this.#options.simulation.now();
    for (const { ReceiptHandle, VisibilityTimeout } of entries as Readonly<Record<string, unknown>>[]) {
      const message = this.#messages.find(({ receiptHandle }) => receiptHandle === ReceiptHandle);
      if (message) message.visibleAt = now + Number(VisibilityTimeout) * 1_000;
    }
    return { Successful: [], Failed: [] };
  }

  #poll(group: string, delay: number): void {
    const { simulation } = this.#options;
    simulation.at(simulation.now() + delay, () => void this.#receive(group));
  }

  async #receive(group: string): Promise<void> {
    if (this.#busy.has(group)) return;
    const batch = this.#take(group);
    if (batch.length === 0) return;
    this.#busy.add(group);
    const { simulation, receive } = this.#options;
    try {
      const failed = await receive(
        batch.map((message) => ({ ...message })),
        this.#faults(),
      );
      this.#messages = this.#messages.filter(
        (message) => !batch.includes(message) || failed.includes(message.messageId),
      );
    } catch {
      // the messages come again when they are visible
    }
    this.#busy.delete(group);
    const [next] = this.#messages.filter((message) => message.group === group);
    if (next !== undefined) this.#poll(group, Math.max(0, next.visibleAt - simulation.now()) + 1);
  }

  /** The next messages of a group, in order; none while the oldest is hidden. */
  #take(group: string): Held[] {
    const { simulation, visibility, maxReceives } = this.#options;
    const taken: Held[] = [];
    for (const message of this.#messages.filter((one) => one.group === group)) {
      if (message.visibleAt > simulation.now() || taken.length === BATCH) break;
      if (message.receiveCount >= maxReceives) {
        this.#messages.splice(this.#messages.indexOf(message), 1);
        this.failures.push(message);
        continue;
      }
      message.receiveCount++;
      message.visibleAt = simulation.now() + visibility;
      taken.push(message);
    }
    return taken;
  }

  #faults(): InvocationFaults {
    const { random, killed, count } = this.#options;
    if (!this.isFaulty || !random.chance(killed)) return {};
    count?.('killed');
    return { killedAfter: random.between(1, MOST_CALLS_BEFORE_KILL) };
  }
}
