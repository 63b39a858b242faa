import { describe, expect, it } from 'vitest';
import { AsyncDelivery, type DeliveryFaultRates } from '../../src/faults/async-delivery';
import { type FifoMessage, FifoQueue } from '../../src/faults/fifo-queue';
import { Instances } from '../../src/faults/instances';
import { SeededRandom } from '../../src/faults/seeded-random';
import { Killed, Simulation } from '../../src/faults/simulation';

const CALM: DeliveryFaultRates = {
  twice: 0,
  late: 0,
  killed: 0,
  poisoned: 0,
  latest: 60_000,
  latestRepetition: 900_000,
};
const MINUTE = 60_000;

function simulated() {
  const random = new SeededRandom('deliveries');
  return { random, simulation: new Simulation({ start: 0, random, longestCall: 1 }) };
}

describe('asynchronous invocation', () => {
  it('tries three times over three minutes, and keeps the cause until redrive', async () => {
    const { simulation, random } = simulated();
    const times: number[] = [];
    let isDown = true;
    const delivery = new AsyncDelivery<string>({
      simulation,
      random,
      handle: async () => {
        times.push(simulation.now());
        if (isDown) throw new Error('the disk is on fire');
      },
    });
    delivery.accept('event', 1_000);
    await simulation.run();
    expect(times).toEqual([1_000, 1_000 + MINUTE, 1_000 + 3 * MINUTE]);
    expect(delivery.failures).toEqual([{ event: 'event', cause: 'Error: the disk is on fire' }]);
    isDown = false;
    expect(delivery.redrive()).toBe(1);
    await simulation.run();
    expect(times).toHaveLength(4);
    expect([...delivery.failures, ...delivery.lost]).toEqual([]);
  });

  it('delivers twice, late and out of order', async () => {
    const { simulation, random } = simulated();
    const heard: number[] = [];
    const counts: Record<string, number> = {};
    const delivery = new AsyncDelivery<number>({
      simulation,
      random,
      rates: { ...CALM, twice: 0.3, late: 0.5 },
      handle: async (event) => void heard.push(event),
      count: (fault) => {
        counts[fault] = (counts[fault] ?? 0) + 1;
      },
    });
    for (let event = 0; event < 100; event++) delivery.accept(event, event * 1_000);
    await simulation.run();
    expect(new Set(heard).size).toBe(100);
    expect(heard).toHaveLength(100 + (counts.twice ?? 0));
    expect(counts.twice).toBeGreaterThan(15);
    expect(counts.late).toBeGreaterThan(30);
    const inOrder = heard.every((event, index) => index === 0 || event >= (heard[index - 1] ?? 0));
    expect(inOrder).toBe(false);
  });

  it('says what is neither handled nor failed', async () => {
    const { simulation, random } = simulated();
    const delivery = new AsyncDelivery<string>({ simulation, random, handle: async () => undefined });
    delivery.accept('event', 5_000);
    expect(delivery.lost).toEqual(['event']);
    await simulation.run();
    expect(delivery.lost).toEqual([]);
  });
});

describe('a FIFO queue', () => {
  const send = (queue: FifoQueue, group: string, body: string) =>
    queue.call('SendMessage', { MessageGroupId: group, MessageDeduplicationId: body, MessageBody: body });
  const options = { killed: 0, visibility: MINUTE, maxReceives: 3 };

  it('keeps the order of a group, drops repetitions, and takes no group twice at once', async () => {
    const { simulation, random } = simulated();
    const heard: string[] = [];
    const busy = new Set<string>();
    const receive = async (batch: readonly FifoMessage[]) => {
      const group = batch[0]?.body.charAt(0) ?? '';
      expect(busy.has(group)).toBe(false);
      busy.add(group);
      await simulation.sleep(500);
      heard.push(...batch.map(({ body }) => body));
      busy.delete(group);
      return [];
    };
    const queue = new FifoQueue({ ...options, simulation, random, receive });
    for (const body of ['a1', 'b1', 'a2', 'a1', 'b2']) await send(queue, body.charAt(0), body);
    await simulation.run();
    expect(heard.filter((body) => body.startsWith('a'))).toEqual(['a1', 'a2']);
    expect(heard.filter((body) => body.startsWith('b'))).toEqual(['b1', 'b2']);
  });

  it('brings failed messages again, and after too many times to the failures', async () => {
    const { simulation, random } = simulated();
    const counts: number[] = [];
    let isDown = true;
    const receive = async (batch: readonly FifoMessage[]) => {
      counts.push(...batch.map(({ receiveCount }) => receiveCount));
      const handles = batch.map(({ receiptHandle: ReceiptHandle }) => ({ ReceiptHandle, VisibilityTimeout: 2 }));
      if (isDown) await queue.call('ChangeMessageVisibilityBatch', { Entries: handles });
      return isDown ? batch.map(({ messageId }) => messageId) : [];
    };
    const queue = new FifoQueue({ ...options, simulation, random, receive });
    await send(queue, 'a', 'body');
    await simulation.run();
    expect(counts).toEqual([1, 2, 3]);
    expect(simulation.now()).toBeLessThan(MINUTE);
    expect(queue.failures).toHaveLength(1);
    isDown = false;
    expect(queue.redrive()).toBe(1);
    await simulation.run();
    expect([counts, queue.failures]).toEqual([[1, 2, 3, 1], []]);
  });
});

describe('instances of a function', () => {
  it('handle one event at a time, and one that was killed is thrown away', async () => {
    let made = 0;
    const instances = new Instances(() => ++made, new SeededRandom('a'), 1);
    const used = await Promise.all([
      instances.use(async (instance) => instance),
      instances.use(async (instance) => instance),
    ]);
    expect(used).toEqual([1, 2]);
    const failing = async (error: Error): Promise<number> => {
      const before = made;
      for (let round = 0; round < 20; round++) {
        await instances.use(async () => Promise.reject(error)).catch(() => undefined);
      }
      return made - before;
    };
    expect(await failing(new Killed(1))).toBeGreaterThan(15);
    expect(await failing(new Error('no more than a failure'))).toBeLessThan(15);
  });
});
