import { expect, it } from 'vitest';
import { AwsError } from '../../src/endpoint/aws-error';
import { EventSourceMapping } from '../../src/lambda/event-source-mapping';
import { LAMBDA_LIMITS } from '../../src/lambda/limits';
import { Scheduler } from '../../src/scheduler';
import { Queue } from '../../src/sqs/queue';
import { ManualClock } from '../support/manual-clock';

const MEGABYTE = 1024 * 1024;

/** A queue with these messages, and the sizes of the batches that a function got of it. */
async function consume(bodies: readonly string[]): Promise<{ queue: Queue; batches: number[]; logs: string[] }> {
  const clock = new ManualClock();
  const ignore = (): void => undefined;
  const queue = new Queue(
    {
      name: 'q',
      arn: 'arn:q',
      url: 'http://q',
      fifo: false,
      contentBasedDeduplication: false,
      visibilityTimeout: 30,
      delay: 0,
      retention: 3600,
      maximumMessageSize: MEGABYTE,
      receiveWait: 0,
    },
    clock,
    new Scheduler(clock),
    { keep: ignore, amend: ignore, drop: ignore },
  );
  for (const body of bodies) queue.send({ body, senderId: 's' });
  const [batches, logs]: [number[], string[]] = [[], []];
  const mapping = new EventSourceMapping(
    queue,
    { byArn: () => queue, isAllowed: () => true, countRequest: ignore },
    { batchSize: 10, reportBatchItemFailures: false, maximumConcurrency: 1, region: 'us-east-1' },
    async (event) => {
      const size = Buffer.byteLength(event);
      // as Lambda refuses it
      if (size > LAMBDA_LIMITS.synchronousEventBytes)
        throw new AwsError('RequestEntityTooLargeException', `${size}`, 413);
      batches.push(JSON.parse(event).Records.length);
      return { ok: true, payload: 'null', billedMs: 1 };
    },
    (line) => logs.push(line),
  );
  mapping.start();
  await mapping.idle();
  await mapping.close();
  return { queue, batches, logs };
}

it('a batch that would be too large for a function is cut', async () => {
  const { queue, batches } = await consume(Array.from({ length: 10 }, () => 'x'.repeat(MEGABYTE)));
  expect(batches).toEqual([5, 5]);
  expect(queue.messages).toEqual([]);
});

it('a message that no function can take has failed, and the others are handled', async () => {
  // a control character has six characters as JSON
  const { queue, batches, logs } = await consume(['\u0001'.repeat(MEGABYTE), 'small']);
  expect(batches).toEqual([1]);
  expect(logs).toEqual([expect.stringMatching(/^batch of 1 failed: RequestEntityTooLargeException: \d+$/)]);
  expect(queue.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
});
