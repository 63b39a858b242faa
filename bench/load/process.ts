// The load generator. It is a process of its own, as devices and callers are. It prepares a job, says that it is ready,
// starts when it is told to, and says how long it took until everything was acknowledged.

import { writeItems } from './floor';
import type { Job, LoadMessage } from './protocol';
import { connectDevices } from './publish';

const say = (message: LoadMessage): void => {
  process.send?.(message);
};

process.once('message', (job: Job) => {
  prepare(job).catch((error: unknown) => {
    say({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.disconnect();
  });
});

async function prepare(job: Job): Promise<void> {
  const run = job.kind === 'publish' ? await connectDevices(job) : writeItems(job);
  const started = new Promise<number>((resolve) => process.once('message', () => resolve(performance.now())));
  say({ kind: 'ready' });
  const from = await started;
  await run.start();
  say({ kind: 'done', seconds: (performance.now() - from) / 1_000 });
  await run.close();
  process.disconnect();
}
