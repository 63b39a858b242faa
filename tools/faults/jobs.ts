import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Chunk } from './chunk';
import type { SeedReport } from './seed';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/**
 * Runs chunks in processes of their own, `jobs` at a time, and hands over the report of each seed as it comes.
 * @throws Error when a process ends by itself
 */
export async function inJobs(
  chunks: readonly Chunk[],
  jobs: number,
  onReport: (report: SeedReport) => void,
): Promise<void> {
  const waiting = [...chunks];
  const workers = Array.from({ length: Math.min(jobs, chunks.length) }, () => fork(WORKER));
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) {
          await work(worker, chunk, onReport);
        }
      }),
    );
  } finally {
    for (const worker of workers) worker.kill();
  }
}

function work(worker: ChildProcess, chunk: Chunk, onReport: (report: SeedReport) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a worker ended with ${code}`));
    const heard = (message: SeedReport | 'done'): void => {
      if (message !== 'done') {
        onReport(message);
        return;
      }
      worker.off('message', heard).off('exit', ended);
      resolve();
    };
    worker.on('message', heard).on('exit', ended);
    worker.send(chunk);
  });
}
