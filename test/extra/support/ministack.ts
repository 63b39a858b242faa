import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../e2e/support/eventually';

/** MiniStack listening on a port of this machine only. */
export interface MiniStack {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** A folder for its files. `stop` removes it. */
  readonly dir: string;
  stop(): Promise<void>;
}

/** How long MiniStack and its functions may take to end. */
const STOP_LIMIT_MS = 5_000;

/** Starts an emulator for one test. It writes only to a temporary folder. */
export async function startMiniStack(executable: string): Promise<MiniStack> {
  const dir = await mkdtemp(join(tmpdir(), 'cirrus-ministack-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // the output is printed only when the start fails
  const child = spawn(executable, { stdio: ['ignore', 'pipe', 'pipe'], env: environmentOf(dir, port) });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text));
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error('MiniStack has ended');
      const { ok } = await fetch(`${url}/_ministack/health`);
      if (!ok) throw new Error('MiniStack is not ready');
    });
  } catch (cause) {
    await stop();
    throw new Error(`MiniStack did not start: ${output}`, { cause });
  }
  return { url, dir, stop };
}

/** Everything listens on the loopback interface. MQTT over TLS and SFTP cannot be bound to it, so both are off. */
function environmentOf(dir: string, port: number): NodeJS.ProcessEnv {
  return {
    ...process.env,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: '0',
    // seconds before the first retry of an asynchronous invocation; the default is 10
    LAMBDA_ASYNC_RETRY_BASE_SECONDS: '0.1',
    SFTP_ENABLED: '0',
    STATE_DIR: join(dir, 'state'),
    TMPDIR: dir,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(limit);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
