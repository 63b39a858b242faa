import { describe, expect, it } from 'vitest';
import { Scheduler } from '../../src/scheduler';
import { type MessageJournal, Queue, type QueueConfiguration, type StoredMessage } from '../../src/sqs/queue';
import { ManualClock } from '../support/manual-clock';

function setUp(configuration: Partial<QueueConfiguration> = {}): {
  queue: Queue;
  clock: ManualClock;
  scheduler: Scheduler;
} {
  const clock = new ManualClock();
  const scheduler = new Scheduler(clock);
  return { clock, scheduler, queue: new Queue({ ...DEFAULTS, ...configuration }, clock, scheduler, UNKEPT) };
}

const UNKEPT: MessageJournal = { keep: () => undefined, amend: () => undefined, drop: () => undefined };

const DEFAULTS: QueueConfiguration = {
  name: 'q',
  arn: 'arn:q',
  url: 'http://q',
  fifo: false,
  contentBasedDeduplication: false,
  visibilityTimeout: 30,
  delay: 0,
  retention: 3600,
  maximumMessageSize: 1024,
  receiveWait: 0,
};

const bodies = (messages: readonly StoredMessage[]): string[] => messages.map(({ body }) => body);
const handle = (message: StoredMessage | undefined): string => message?.receiptHandle ?? '';

describe('a standard queue', () => {
  it('hides a received message for the visibility timeout', () => {
    const { queue, clock } = setUp();
    queue.send({ body: 'a', senderId: 's' });
    expect(bodies(queue.receive(10))).toEqual(['a']);
    expect(queue.receive(10)).toEqual([]);
    clock.advance(29_999);
    expect(queue.receive(10)).toEqual([]);
    clock.advance(1);
    expect(queue.receive(10)).toMatchObject([{ body: 'a', receiveCount: 2 }]);
  });

  it('deletes by receipt handle, once', () => {
    const { queue } = setUp();
    queue.send({ body: 'a', senderId: 's' });
    const [message] = queue.receive(1);
    expect(queue.delete(handle(message))).toBe(true);
    expect(queue.delete(handle(message))).toBe(false);
    expect(queue.messages).toEqual([]);
  });

  it('makes a message visible at once when its visibility is set to zero, by the newest handle only', () => {
    const { queue, clock } = setUp();
    queue.send({ body: 'a', senderId: 's' });
    const old = handle(queue.receive(1)[0]);
    clock.advance(30_000);
    const fresh = handle(queue.receive(1)[0]);
    expect(queue.changeVisibility(old, 0)).toBe(false);
    expect(queue.changeVisibility(fresh, 0)).toBe(true);
    expect(bodies(queue.receive(1))).toEqual(['a']);
  });

  it('delays and forgets as configured', () => {
    const { queue, clock } = setUp({ delay: 5, retention: 60 });
    queue.send({ body: 'a', senderId: 's' });
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
    clock.advance(5_000);
    expect(queue.counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    clock.advance(55_000);
    expect(queue.receive(1)).toEqual([]);
    expect(queue.messages).toEqual([]);
  });

  it('hands a message received too often to the dead-letter queue', () => {
    const { queue, clock, scheduler } = setUp({ redrive: { targetArn: 'arn:dlq', maxReceiveCount: 2 } });
    const dead = new Queue({ ...DEFAULTS, name: 'dlq' }, clock, scheduler, UNKEPT);
    queue.deadLetters = dead;
    queue.send({ body: 'a', senderId: 's' });
    for (let round = 0; round < 2; round += 1) {
      expect(queue.receive(1)).toHaveLength(1);
      clock.advance(30_000);
    }
    expect(queue.receive(1)).toEqual([]);
    expect(queue.messages).toEqual([]);
    expect(dead.receive(1)).toMatchObject([{ body: 'a', receiveCount: 3 }]);
  });

  it('tells its listeners when a message comes back', () => {
    const { queue, clock, scheduler } = setUp();
    queue.send({ body: 'a', senderId: 's' });
    queue.receive(1);
    let told = 0;
    queue.onAvailable(() => {
      told += 1;
    });
    clock.advance(30_000);
    scheduler.wake();
    expect(told).toBe(1);
  });
});

describe('a FIFO queue', () => {
  const fifo = { fifo: true, name: 'q.fifo' };
  const send = (queue: Queue, groupId: string, body: string): void => {
    queue.send({ body, groupId, deduplicationId: `${groupId}${body}`, senderId: 's' });
  };

  it('gives the messages of a group in order, and none while one is in flight', () => {
    const { queue } = setUp(fifo);
    for (const body of ['1', '2', '3']) send(queue, 'a', body);
    const [first] = queue.receive(1);
    expect(first?.body).toBe('1');
    expect(queue.receive(10)).toEqual([]);
    queue.delete(handle(first));
    expect(bodies(queue.receive(10))).toEqual(['2', '3']);
  });

  it('gives other groups meanwhile, as many of one group as possible first', () => {
    const { queue } = setUp(fifo);
    send(queue, 'a', '1');
    send(queue, 'b', '1');
    send(queue, 'a', '2');
    send(queue, 'c', '1');
    expect(queue.receive(3).map(({ groupId, body }) => `${groupId}${body}`)).toEqual(['a1', 'a2', 'b1']);
    expect(queue.receive(3).map(({ groupId }) => groupId)).toEqual(['c']);
  });

  it('keeps the order when a message comes back after its timeout', () => {
    const { queue, clock } = setUp(fifo);
    for (const body of ['1', '2']) send(queue, 'a', body);
    queue.receive(1);
    clock.advance(30_000);
    expect(bodies(queue.receive(10))).toEqual(['1', '2']);
  });

  it('a delayed message holds back only those after it', () => {
    const { queue, clock } = setUp(fifo);
    send(queue, 'a', '1');
    queue.send({ body: '2', groupId: 'a', deduplicationId: 'a2', senderId: 's', delay: 10 });
    send(queue, 'a', '3');
    const [first] = queue.receive(10);
    expect(first?.body).toBe('1');
    queue.delete(handle(first));
    expect(queue.receive(10)).toEqual([]);
    clock.advance(10_000);
    expect(bodies(queue.receive(10))).toEqual(['2', '3']);
  });

  it('a message in flight holds back those before it too', () => {
    const { queue } = setUp(fifo);
    for (const body of ['1', '2']) send(queue, 'a', body);
    const [first] = queue.receive(10);
    queue.changeVisibility(handle(first), 0);
    expect(queue.receive(10)).toEqual([]);
  });

  it('drops a duplicate within five minutes and answers with the first message', () => {
    const { queue, clock } = setUp(fifo);
    const message = { body: 'x', groupId: 'a', deduplicationId: 'same', senderId: 's' };
    const first = queue.send(message);
    clock.advance(299_999);
    expect(queue.send(message)).toEqual(first);
    expect(queue.messages).toHaveLength(1);
    clock.advance(1);
    expect(queue.send(message)).not.toEqual(first);
    expect(queue.messages).toHaveLength(2);
  });

  it('goes on where it was after a restart; what was in flight is visible again', () => {
    const { queue } = setUp(fifo);
    for (const body of ['1', '2']) send(queue, 'a', body);
    queue.receive(1);
    const kept = JSON.parse(JSON.stringify(queue.messages)) as StoredMessage[];
    const next = setUp(fifo).queue;
    next.restore(kept);
    send(next, 'a', '3');
    const received = next.receive(10);
    expect(bodies(received)).toEqual(['1', '2', '3']);
    expect(received.map(({ sequenceNumber }) => Number(sequenceNumber))).toEqual([1, 2, 3]);
  });
});
