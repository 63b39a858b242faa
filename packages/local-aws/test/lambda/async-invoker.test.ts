import { expect, it } from 'vitest';
import { NO_JOURNAL } from '../../src/journal';
import { AsyncBacklog } from '../../src/lambda/async-backlog';
import { AsyncInvoker } from '../../src/lambda/async-invoker';
import { LambdaFunction } from '../../src/lambda/runtime/function';
import type { InvocationResult } from '../../src/lambda/runtime/instance';
import { Scheduler } from '../../src/scheduler';
import { ManualClock } from '../support/manual-clock';

/** A function whose invocations end when the test says so. */
class HeldFunction extends LambdaFunction {
  end: (outcome: InvocationResult) => void = () => undefined;

  constructor() {
    const configuration = { name: 'held', arn: 'arn:held', roleArn: '', memorySize: 128, timeoutSeconds: 3 };
    const code = { modulePath: '', handlerName: '', environment: {} };
    const ignore = (): void => undefined;
    const options = { concurrency: 1, newRequestId: () => 'r', onInvoked: ignore, onLog: ignore };
    super({ ...configuration, ...code }, options);
  }

  override invoke(): Promise<InvocationResult> {
    return new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

it('everybody who waits until nothing is pending is told', async () => {
  const clock = new ManualClock();
  const held = new HeldFunction();
  const scheduler = new Scheduler(clock);
  const invoker = new AsyncInvoker(held, {
    clock,
    scheduler,
    retryDelays: [1, 1],
    backlog: new AsyncBacklog(),
    journal: NO_JOURNAL,
    onLog: () => undefined,
  });
  invoker.accept({ requestId: 'r', event: '{}', acceptedAt: clock.now(), attempts: 0 });
  const idle = Promise.all([invoker.idle(), invoker.idle()]);
  held.end({ ok: true, payload: 'null', billedMs: 1 });
  await idle;
  expect(invoker.pending).toEqual([]);
});
