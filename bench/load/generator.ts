import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, LoadMessage } from './protocol';

/** A job that is prepared in another process and waits for its start. */
export interface Generator {
  /** Runs it; resolves with the seconds until everything was acknowledged. */
  start(): Promise<number>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
}

/** Starts a process for the job. Resolves when the job is ready and its devices are connected. */
export async function prepareLoad(job: Job): Promise<Generator> {
  const child = fork(fileURLToPath(new URL('./process.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: ['--import', import.meta.resolve('tsx'), '--no-warnings'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const heard = <K extends LoadMessage['kind']>(kind: K): Promise<Extract<LoadMessage, { kind: K }>> =>
    new Promise((resolve, reject) => {
      child.once('message', (message: LoadMessage) => {
        if (message.kind === kind) resolve(message as Extract<LoadMessage, { kind: K }>);
        else reject(new Error(message.kind === 'failed' ? message.message : `unexpected ${message.kind}`));
      });
      child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    });
  const ready = heard('ready');
  child.send(job);
  await ready;
  return {
    start: async () => {
      const done = heard('done');
      child.send('start');
      return (await done).seconds;
    },
    ended,
  };
}
