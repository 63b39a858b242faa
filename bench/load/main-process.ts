import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '../..');
const ANY_PORT = { MQTT_PORT: '0', MQTTS_PORT: '0', WS_PORT: '0', WSS_PORT: '0', HTTP_PORT: '0', HTTPS_PORT: '0' };

/** `npm start` in a process of its own, which can be killed. */
export interface MainProcess {
  /** The URL of plain MQTT. */
  readonly mqtt: string;
  /** Ends it with SIGKILL, so that it can do nothing more. */
  kill(): Promise<void>;
}

/** Starts it with its tables in `dataDir`. Rejects when it ends before it is ready. */
export async function startMainProcess(dataDir: string): Promise<MainProcess> {
  const main = join(ROOT, 'local/main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--quiet', '--data', dataDir], {
    cwd: ROOT,
    env: { ...process.env, ...ANY_PORT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { mqtt } = await ready(child);
  return {
    mqtt,
    kill: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function ready(child: ChildProcess): Promise<{ readonly mqtt: string }> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}`)));
    if (child.stdout === null) return reject(new Error('npm start has no output'));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(JSON.parse(line.slice('ready '.length)));
    });
  });
}
