import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OWN_CLOUD } from '../../local/options';
import type { ProvidedCirrus } from './support/cirrus';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const ROOT = resolve(import.meta.dirname, '../..');
const ANY_PORT = { MQTT_PORT: '0', MQTTS_PORT: '0', WS_PORT: '0', WSS_PORT: '0', HTTP_PORT: '0', HTTPS_PORT: '0' };
const STOP_LIMIT_MS = 5_000;

/** `npm start`, in a process of its own. */
class Main {
  readonly lines: string[] = [];
  readonly errors: string[] = [];

  private constructor(readonly process: ChildProcessByStdio<null, Readable, Readable>) {
    createInterface({ input: process.stdout }).on('line', (line) => this.lines.push(line));
    createInterface({ input: process.stderr }).on('line', (line) => this.errors.push(line));
  }

  static start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Main {
    const main = join(ROOT, 'local/main.ts');
    return new Main(
      spawn(process.execPath, ['--import', 'tsx', main, ...args], {
        cwd: ROOT,
        env: { ...process.env, ...ANY_PORT, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** Resolves with the object behind `ready`. */
  ready(): Promise<Readonly<Record<string, string>>> {
    return eventually(
      () => {
        const line = this.lines.find((text) => text.startsWith('ready '));
        if (line === undefined) throw new Error(`not ready: ${this.errors.join('\n')}`);
        return JSON.parse(line.slice('ready '.length));
      },
      { timeout: 60_000 },
    );
  }

  /** Resolves with the exit code and how long it took, in ms. */
  async stop(signal: 'SIGINT' | 'SIGTERM'): Promise<{ code: number | null; ms: number }> {
    const started = performance.now();
    const exited = once(this.process, 'exit');
    this.process.kill(signal);
    const [code]: (number | null)[] = await exited;
    return { code: code ?? null, ms: performance.now() - started };
  }

  kill(): void {
    if (this.process.exitCode === null) this.process.kill('SIGKILL');
  }
}

/** Everything in a folder, and the folder, that the group or others may read, write or enter. */
async function open(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const paths = [folder, ...names.map((name) => join(folder, name))];
  const modes = await Promise.all(paths.map(async (path) => ({ path, mode: (await stat(path)).mode })));
  return modes.filter(({ mode }) => (mode & 0o077) !== 0).map(({ path }) => path);
}

function asProvided(ready: Readonly<Record<string, string>>): ProvidedCirrus {
  const { mqtt = '', mqtts = '', ws = '', wss = '', http = '', https = '', tenant = '', user = '', ca = '' } = ready;
  const endpoints = { mqtt, mqtts, ws, wss, http, https };
  const aws = { endpoint: '', region: '', credentials: { accessKeyId: '', secretAccessKey: '' } };
  return { endpoints, tenant, user, password: OWN_CLOUD.adminPassword, caFile: ca, aws, outputs: {} };
}

describe('npm start', () => {
  let data: string;
  let main: Main | undefined;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'cirrus-main-'));
  });
  afterEach(() => main?.kill());
  afterAll(() => rm(data, { recursive: true, force: true }));

  it('says what to paste, then that it is ready, and keeps what it has over a restart', async () => {
    await chmod(data, 0o755);
    main = Main.start(['--data', data]);
    const ready = await main.ready();
    expect(main.lines).toContainEqual(expect.stringMatching(/^data: .* was open to others, and is now for its owner/));
    expect(await open(data)).toEqual([]);
    expect(Object.keys(ready).sort()).toEqual(
      ['mqtt', 'mqtts', 'ws', 'wss', 'http', 'https', 'tenant', 'user', 'ca'].sort(),
    );
    expect(ready).toMatchObject({
      mqtt: expect.stringMatching(/^mqtt:\/\/127\.0\.0\.1:\d+$/),
      mqtts: expect.stringMatching(/^mqtts:\/\/127\.0\.0\.1:\d+$/),
      ws: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/mqtt$/),
      wss: expect.stringMatching(/^wss:\/\/127\.0\.0\.1:\d+\/mqtt$/),
      http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      https: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      tenant: 't100',
      user: 'admin',
      ca: join(data, 'ca.pem'),
    });
    await access(String(ready.ca));
    const before = main.lines.slice(
      0,
      main.lines.findIndex((line) => line.startsWith('ready ')),
    );
    const { port } = new URL(String(ready.mqtt));
    expect(before.find((line) => line.includes('mosquitto_pub'))).toContain(`-p ${port}`);
    expect(before.find((line) => line.includes('curl'))).toContain(String(ready.http));

    const cirrus = asProvided(ready);
    const rest = new Rest(cirrus);
    const serial = newSerial('kept');
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.publish('s/us', ['100,Kept', '211,21.5']);
    const { id } = await rest.device(serial);
    await eventually(async () =>
      expect(await rest.list(`/measurement/measurements?source=${id}`, 'measurements')).toHaveLength(1),
    );
    const published = main.lines;
    // one readable line: device, topic, rows, what came of it, milliseconds
    await eventually(() =>
      expect(published).toContainEqual(expect.stringMatching(`${serial} +s/us +2 rows +2 accepted +\\d+ ms`)),
    );
    await device.disconnect();
    const operation = await rest.createOperation(id, { c8y_Restart: {} });
    const stopped = await main.stop('SIGTERM');
    expect(stopped.code).toBe(0);
    expect(stopped.ms).toBeLessThan(STOP_LIMIT_MS);
    const [first] = [main];
    await eventually(() => expect(first.lines.at(-1)).toBe('stopped: 0 accepted messages were not handled'));
    expect(await open(data)).toEqual([]);

    main = Main.start(['--data', data, '--quiet']);
    const again = asProvided(await main.ready());
    const restAgain = new Rest(again);
    expect(await restAgain.device(serial)).toMatchObject({ id, name: 'Kept' });
    expect(await restAgain.list(`/measurement/measurements?source=${id}`, 'measurements')).toMatchObject([
      { c8y_TemperatureMeasurement: { T: { value: 21.5 } } },
    ]);
    const returned = await Device.connect(again, { clientId: serial });
    await returned.subscribe('s/ds');
    expect(await returned.waitFor('s/ds')).toBe(`510,${serial}`);
    await returned.publish('s/us', ['501,c8y_Restart', '503,c8y_Restart']);
    await restAgain.operationIn(operation.id, 'SUCCESSFUL');
    // a quiet one has nothing to say behind its ready line
    expect(main.lines.at(-1)).toMatch(/^ready /);
    // with a device still connected
    const ended = await main.stop('SIGINT');
    expect(ended.code).toBe(0);
    expect(ended.ms).toBeLessThan(STOP_LIMIT_MS);
    await returned.closed();
  }, 120_000);

  it('refuses what it does not understand, with its usage', async () => {
    main = Main.start(['--quite'], { MQTT_PORT: 'mqtt' });
    const [code] = await once(main.process, 'exit');
    expect(code).toBe(2);
    expect(main.errors.join('\n')).toMatch(/--quite.*npm start/s);
  });
});
