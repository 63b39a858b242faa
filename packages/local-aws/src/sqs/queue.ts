import type { Clock } from '../clock';
import type { Scheduler } from '../scheduler';
import { newUuid } from '../uuid';
import { SQS_LIMITS } from './limits';

/** An `AWS::SQS::Queue`. All durations in seconds, as in the template. */
export interface QueueConfiguration {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly fifo: boolean;
  readonly contentBasedDeduplication: boolean;
  readonly visibilityTimeout: number;
  readonly delay: number;
  readonly retention: number;
  readonly maximumMessageSize: number;
  /** How long a receive waits when its request does not say. */
  readonly receiveWait: number;
  readonly redrive?: { readonly targetArn: string; readonly maxReceiveCount: number };
}

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** A message in the queue, as it is written to disk. */
export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  readonly sequenceNumber?: string;
  /** Milliseconds since the epoch, as the other times. */
  readonly sentAt: number;
  readonly senderId: string;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number;
  /** The handle of the newest receipt. Absent until the message is received. */
  receiptHandle?: string;
}

/** A message to send. */
export interface NewMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** Seconds; the queue's own delay when absent. */
  readonly delay?: number;
  readonly senderId: string;
}

/** Where a queue writes down its messages. */
export interface MessageJournal {
  /** Throws a `JournalError` when the message cannot be kept. */
  keep(message: StoredMessage): void;
  amend(message: StoredMessage): void;
  drop(messageId: string): void;
}

/** What the sender of a message is told. */
export interface SentMessage {
  readonly messageId: string;
  readonly sequenceNumber?: string;
}

/**
 * One queue. A standard queue gives out any message that is visible. A FIFO queue gives out the messages of a group in
 * the order in which they were sent, and none while one of the group is in flight. It accepts a message whose
 * deduplication id it has seen within five minutes, and drops it.
 */
export class Queue {
  readonly configuration: QueueConfiguration;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #journal: MessageJournal;
  /** The queue that gets messages which were received too often. */
  deadLetters: Queue | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #messages = new Map<string, StoredMessage>();
  readonly #seen = new Map<string, { readonly at: number; readonly sent: SentMessage }>();
  #sequence = 0;
  #cancelWake: (() => void) | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(configuration: QueueConfiguration, clock: Clock, scheduler: Scheduler, journal: MessageJournal) {
    this.configuration = configuration;
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#journal = journal;
  }

  /** Calls `listener` when a message may be receivable. The function returned stops that. */
  onAvailable(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send(message: NewMessage): SentMessage {
    const { fifo, delay } = this.configuration;
    const now = this.#clock.now();
    const duplicate = message.deduplicationId === undefined ? undefined : this.#duplicate(message.deduplicationId, now);
    if (duplicate) return duplicate;
    this.#sequence += 1;
    const sequenceNumber = fifo ? String(this.#sequence).padStart(20, '0') : undefined;
    const messageId = newUuid(this.#clock);
    const stored: StoredMessage = {
      messageId,
      body: message.body,
      attributes: message.attributes ?? {},
      sentAt: now,
      senderId: message.senderId,
      visibleAt: now + (message.delay ?? delay) * 1000,
      receiveCount: 0,
      ...(message.groupId === undefined ? {} : { groupId: message.groupId }),
      ...(message.deduplicationId === undefined ? {} : { deduplicationId: message.deduplicationId }),
      ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
    };
    this.#journal.keep(stored);
    this.#messages.set(messageId, stored);
    const sent = sequenceNumber === undefined ? { messageId } : { messageId, sequenceNumber };
    if (message.deduplicationId !== undefined) this.#seen.set(message.deduplicationId, { at: now, sent });
    this.#notifyListeners();
    return sent;
  }

  /**
   * Up to `max` messages, now in flight for `visibilityTimeout` seconds. `fits` says how many of them the receiver can
   * take at once; the others stay visible.
   */
  receive(
    max: number,
    visibilityTimeout = this.configuration.visibilityTimeout,
    fits: (candidates: readonly StoredMessage[]) => number = ({ length }) => length,
  ): StoredMessage[] {
    const now = this.#clock.now();
    const found = this.configuration.fifo ? this.#fifoCandidates(max, now) : this.#standardCandidates(max, now);
    const received = found.slice(0, fits(found));
    for (const message of received) {
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.visibleAt = now + visibilityTimeout * 1000;
      message.receiptHandle = `${message.messageId}#${message.receiveCount}`;
      this.#journal.amend(message);
      this.#planWake(message.visibleAt);
    }
    return received;
  }

  /** Deletes the message of a receipt handle. In a FIFO queue only the newest handle of a message deletes it. */
  delete(receiptHandle: string): boolean {
    const message = this.#byHandle(receiptHandle);
    if (!message) return false;
    if (this.configuration.fifo && message.receiptHandle !== receiptHandle) return false;
    this.#drop(message.messageId);
    this.#notifyListeners();
    return true;
  }

  /** Makes an in-flight message visible in `seconds` from now. False when the handle is not the newest. */
  changeVisibility(receiptHandle: string, seconds: number): boolean {
    const message = this.#byHandle(receiptHandle);
    if (message?.receiptHandle !== receiptHandle) return false;
    message.visibleAt = this.#clock.now() + seconds * 1000;
    if (seconds === 0) this.#notifyListeners();
    else this.#planWake(message.visibleAt);
    return true;
  }

  purge(): void {
    for (const messageId of [...this.#messages.keys()]) this.#drop(messageId);
  }

  /** All messages, in the order sent, in flight or not. */
  get messages(): readonly StoredMessage[] {
    return [...this.#messages.values()];
  }

  /** How many are visible, in flight and delayed. */
  counts(): { visible: number; inFlight: number; delayed: number } {
    const now = this.#clock.now();
    const counts = { visible: 0, inFlight: 0, delayed: 0 };
    for (const message of this.#messages.values()) {
      if (message.visibleAt <= now) counts.visible += 1;
      else if (message.receiveCount > 0) counts.inFlight += 1;
      else counts.delayed += 1;
    }
    return counts;
  }

  /**
   * Takes back the messages of an earlier run. One that was in flight is visible again, because its receiver is gone.
   * The deduplication ids of these messages are recognised again.
   */
  restore(messages: readonly StoredMessage[]): void {
    for (const message of messages) {
      const { messageId, sequenceNumber, deduplicationId, sentAt: at } = message;
      const sent = sequenceNumber === undefined ? { messageId } : { messageId, sequenceNumber };
      if (deduplicationId !== undefined) this.#seen.set(deduplicationId, { at, sent });
      const visibleAt = message.receiptHandle === undefined ? message.visibleAt : this.#clock.now();
      this.#take({ ...message, visibleAt });
    }
  }

  #take(message: StoredMessage): void {
    const { receiptHandle: _gone, ...rest } = message;
    this.#journal.amend(rest);
    this.#messages.set(message.messageId, rest);
    this.#sequence = Math.max(this.#sequence, Number(message.sequenceNumber ?? 0));
    this.#notifyListeners();
  }

  #standardCandidates(max: number, now: number): StoredMessage[] {
    const found: StoredMessage[] = [];
    for (const message of this.#messages.values()) {
      if (found.length === max) break;
      if (this.#isGone(message, now) || message.visibleAt > now) {
        if (message.visibleAt > now) this.#planWake(message.visibleAt);
        continue;
      }
      found.push(message);
    }
    return found;
  }

  /**
   * As many as possible of the group of the oldest message, then of the next group, as SQS does. A message in flight
   * holds back its whole group. A delayed message holds back only those sent after it.
   */
  #fifoCandidates(max: number, now: number): StoredMessage[] {
    const groups = new Map<string, StoredMessage[]>();
    const blocked = new Set<string>();
    for (const message of this.#messages.values()) {
      if (this.#isGone(message, now)) continue;
      const group = message.groupId ?? '';
      if (message.visibleAt > now) {
        blocked.add(group);
        if (message.receiveCount > 0) groups.delete(group);
        this.#planWake(message.visibleAt);
      } else if (!blocked.has(group)) {
        const members = groups.get(group);
        if (members) members.push(message);
        else groups.set(group, [message]);
      }
    }
    return [...groups.values()].flat().slice(0, max);
  }

  /** Drops a message past its retention, and hands one received too often to the dead-letter queue. True for both. */
  #isGone(message: StoredMessage, now: number): boolean {
    const { retention, redrive } = this.configuration;
    if (message.sentAt + retention * 1000 <= now) {
      this.#drop(message.messageId);
      return true;
    }
    if (!redrive || message.visibleAt > now || message.receiveCount < redrive.maxReceiveCount) return false;
    if (this.deadLetters) this.deadLetters.#take({ ...message, visibleAt: now });
    this.#drop(message.messageId);
    return true;
  }

  #drop(messageId: string): void {
    this.#messages.delete(messageId);
    this.#journal.drop(messageId);
  }

  #duplicate(deduplicationId: string, now: number): SentMessage | undefined {
    for (const [id, { at }] of this.#seen) {
      if (now - at < SQS_LIMITS.deduplicationSeconds * 1000) break;
      this.#seen.delete(id);
    }
    return this.#seen.get(deduplicationId)?.sent;
  }

  #byHandle(receiptHandle: string): StoredMessage | undefined {
    return this.#messages.get(receiptHandle.slice(0, receiptHandle.lastIndexOf('#')));
  }

  #planWake(at: number): void {
    if (at >= this.#wakeAt) return;
    this.#cancelWake?.();
    this.#wakeAt = at;
    this.#cancelWake = this.#scheduler.at(at, () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#notifyListeners();
    });
  }

  #notifyListeners(): void {
    for (const listener of this.#listeners) listener();
  }
}
