import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { pasteLines } from '../../local/announce';
import { OWN_CLOUD } from '../../local/options';
import { newSerial } from '../e2e/support/device';
import { eventually } from '../e2e/support/eventually';
import { Rest } from '../e2e/support/rest';

const run = promisify(execFile);
const cirrus = inject('cirrus');
const rest = new Rest(cirrus);
const LOGIN = ['-u', `${cirrus.tenant}/${cirrus.user}`, '-P', cirrus.password];

/** The arguments that every mosquitto client needs. With a CA file it connects over TLS. */
function connection(serial: string, caFile?: string): readonly string[] {
  const { hostname, port } = new URL(caFile === undefined ? cirrus.endpoints.mqtt : cirrus.endpoints.mqtts);
  return ['-h', hostname, '-p', port, ...(caFile === undefined ? [] : ['--cafile', caFile]), ...LOGIN, '-i', serial];
}

const publish = (serial: string, rows: string, caFile?: string): Promise<unknown> =>
  run('mosquitto_pub', [...connection(serial, caFile), '-t', 's/us', '-q', '1', '-m', rows]);

/** `mosquitto_sub -v` in the background: prints topic and payload of what arrives. */
class Subscriber {
  readonly lines: string[] = [];
  private readonly process: ChildProcessByStdio<null, Readable, null>;

  constructor(serial: string, caFile?: string) {
    const topics = ['-t', 's/ds', '-t', 's/e', '-q', '1', '-v'];
    this.process = spawn('mosquitto_sub', [...connection(serial, caFile), ...topics], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.process.stdout }).on('line', (line) => this.lines.push(line));
  }

  async waitFor(line: string): Promise<void> {
    await eventually(() => expect(this.lines).toContain(line));
  }

  async stop(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await exited;
  }
}

describe.each([
  ['TCP', undefined],
  ['TLS', cirrus.caFile],
])('stock mosquitto clients over %s', (_, caFile) => {
  it('send a first measurement', async () => {
    const serial = newSerial('mosquitto');
    await publish(serial, '211,21.5', caFile);
    const { id } = await rest.device(serial);
    await eventually(async () =>
      expect(await rest.list(`/measurement/measurements?source=${id}`, 'measurements')).toMatchObject([
        { c8y_TemperatureMeasurement: { T: { value: 21.5 } } },
      ]),
    );
  });

  it('receive an operation that was waiting, and one that comes later', async () => {
    const serial = newSerial('mosquitto');
    await publish(serial, '100,Mosquitto', caFile);
    const { id } = await rest.device(serial);
    const waiting = await rest.createOperation(id, { c8y_Restart: {} });
    const subscriber = new Subscriber(serial, caFile);
    await subscriber.waitFor(`s/ds 510,${serial}`);
    const later = await rest.createOperation(id, { c8y_Command: { text: 'uptime' } });
    await subscriber.waitFor(`s/ds 511,${serial},uptime`);
    await subscriber.stop();
    await publish(serial, '501,c8y_Restart\n503,c8y_Restart\n501,c8y_Command\n503,c8y_Command,3 days', caFile);
    await rest.operationIn(waiting.id, 'SUCCESSFUL');
    expect(await rest.operationIn(later.id, 'SUCCESSFUL')).toMatchObject({ c8y_Command: { result: '3 days' } });
  });

  it('are told when the password is wrong', async () => {
    const wrong = [...connection(newSerial('mosquitto'), caFile), '-P', 'guess', '-t', 's/us', '-m', '211,1'];
    await expect(run('mosquitto_pub', wrong)).rejects.toMatchObject({
      stderr: expect.stringMatching(/Connection Refused: bad user ?name or password/i),
    });
  });
});

describe('the lines that a start prints to paste', () => {
  const lines = pasteLines(OWN_CLOUD, cirrus.endpoints, cirrus.caFile)
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim());
  const shell = async (line: string): Promise<string> => (await run('bash', ['-c', line])).stdout;

  it('do what they say', async () => {
    const [first, second] = lines.filter((line) => line.startsWith('mosquitto_pub'));
    await shell(String(first));
    await shell(String(second));
    const [inventory, measurements] = lines.filter((line) => line.startsWith('curl'));
    const { id } = await rest.device('my-device');
    expect(JSON.parse(await shell(String(inventory)))).toMatchObject({
      managedObjects: expect.arrayContaining([expect.objectContaining({ name: 'MQTT Device my-device' })]),
    });
    await eventually(async () => expect(await shell(String(measurements))).toMatch(/"value":22\b/));
    const [ask, mistake] = lines.filter((line) => line.startsWith('mosquitto_rr'));
    expect(await shell(String(ask))).toBe(`124,${id}\n`);
    expect(await shell(String(mistake))).toMatch(/^40,999,/);
    // the command ends by itself after one operation
    const heard = shell(String(lines.find((line) => line.startsWith('mosquitto_sub'))));
    await rest.createOperation(id, { c8y_Restart: {} });
    expect(await heard).toBe('s/ds 510,my-device\n');
  });
});
