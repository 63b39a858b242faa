import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCirrus } from '../../local/cirrus';
import { OWN_CLOUD } from '../../local/options';
import { provided } from './support/cirrus';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const ROOT = join(import.meta.dirname, '../..');
const DEPLOYED = ['cdk', 'functions', 'lib', 'local', 'tools', 'cdk.json', 'package.json', 'tsconfig.json'];
const LIST = 'lib/protocols/protocols.ts';

/** The sources as they are, plus the folder of a protocol and its entry in the list. */
async function sourcesWithTinyProtocol(): Promise<string> {
  const sources = await mkdtemp(join(tmpdir(), 'cirrus-tiny-'));
  for (const name of DEPLOYED) await cp(join(ROOT, name), join(sources, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(sources, 'node_modules'), 'junction');
  await cp(join(import.meta.dirname, 'tiny-protocol'), join(sources, 'lib/protocols/tiny'), { recursive: true });
  const list = await readFile(join(sources, LIST), 'utf8');
  const entered = list.replace(/= \[(.*)\];/, '= [$1, tiny];');
  expect(entered).not.toBe(list);
  await writeFile(join(sources, LIST), `import { tiny } from './tiny/protocol';\n${entered}`);
  return sources;
}

let sources: string;
let cirrus: RunningCirrus;
let rest: Rest;
let serial: string;
let device: Device;

beforeAll(async () => {
  sources = await sourcesWithTinyProtocol();
  const { startCirrus }: typeof import('../../local/cirrus') = await import(
    pathToFileURL(join(sources, 'local/cirrus.ts')).href
  );
  const certificateDir = join(sources, 'certificates');
  cirrus = await startCirrus(OWN_CLOUD, {}, { certificateDir, retryDelays: [50, 100] });
  rest = new Rest(provided(cirrus));
  serial = newSerial('tiny');
  device = await Device.connect(provided(cirrus), { clientId: serial });
  await device.subscribe('s/dz/attic', 's/ez');
});
afterAll(async () => {
  await device.disconnect();
  await cirrus.close();
  await rm(sources, { recursive: true, force: true });
});

describe('a protocol that is one more entry in the list', () => {
  it('is decoded and stored', async () => {
    await device.publish('s/uz/attic', ['warm 21', 'warm 22']);
    const { id } = await rest.device(serial);
    await eventually(async () => {
      const stored = await rest.list(`/measurement/measurements?source=${id}`, 'measurements');
      expect(stored.map(({ tiny }) => tiny)).toEqual(
        expect.arrayContaining([{ T: { value: 21 } }, { T: { value: 22 } }]),
      );
    });
  });

  it('has processing modes', async () => {
    const { id } = await rest.device(serial);
    await device.publish('t/uz/attic', ['warm 99', 'who']);
    await device.waitFor('s/dz/attic', (row) => row === `you are ${id}`);
    const stored = await rest.list(`/measurement/measurements?source=${id}`, 'measurements');
    expect(stored).toHaveLength(2);
  });

  it('speaks for a child of the topic, which is answered on the topic of the room', async () => {
    const child = `${serial}-child`;
    await device.publish(`s/uz/attic/${child}`, 'who');
    const { id } = await rest.device(child);
    await device.waitFor('s/dz/attic', (row) => row === `you are ${id}`);
  });

  it('refuses in its own words what it does not understand, what the platform refuses and what is too long', async () => {
    const other = await Device.connect(provided(cirrus), { clientId: newSerial('other') });
    await other.publish('s/us', '100,Other,acme_Other');
    await rest.device(other.clientId);
    await device.publish('s/uz/attic', 'sing');
    await device.waitFor('s/ez', (row) => row === 'what: no word sing');
    await device.publish(`s/uz/attic/${other.clientId}`, 'warm 1');
    await device.waitFor('s/ez', (row) => /^cannot: .*does not belong/.test(row));
    await device.publish('s/uz/attic', 'x'.repeat(17_000));
    await device.waitFor('s/ez', (row) => /^too-long: 170\d\d bytes of 16184$/.test(row));
    await device.publish('s/uz/attic/a/b', 'who');
    await device.waitFor('s/ez', (row) => row === 'where: nobody reads s/uz/attic/a/b');
    await other.disconnect();
  });

  it('carries an operation to the device and its result back', async () => {
    const { id } = await rest.device(serial);
    const operation = await rest.createOperation(id, { acme_Blink: {} });
    await device.waitFor('s/dz/attic', (row) => row === 'do acme_Blink');
    await device.publish('s/uz/attic', ['start acme_Blink', 'done acme_Blink']);
    await rest.operationIn(operation.id, 'SUCCESSFUL');
  });

  it('brings operations to a device that subscribes later, and all that are pending when it asks', async () => {
    const clientId = newSerial('later');
    const later = await Device.connect(provided(cirrus), { clientId });
    await later.publish('s/uz/cellar', 'warm 1');
    const { id } = await rest.device(clientId);
    await rest.createOperation(id, { acme_Ring: {} });
    await later.subscribe('s/dz/cellar');
    await later.waitFor('s/dz/cellar', (row) => row === 'do acme_Ring');
    await later.publish('s/uz/cellar', 'todo');
    await eventually(() => expect(later.rows('s/dz/cellar')).toEqual(['do acme_Ring', 'do acme_Ring']));
    await later.disconnect();
  });

  it('leaves the others as they were', async () => {
    const clientId = newSerial('static');
    const other = await Device.connect(provided(cirrus), { clientId });
    await other.subscribe('s/ds', 's/e');
    await other.publish('s/us', ['123', '999']);
    const { id } = await rest.device(clientId);
    await other.waitFor('s/ds', (row) => row === `124,${id}`);
    await other.waitFor('s/e', (row) => row.startsWith('40,999,'));
    await other.disconnect();
  });

  it('is explained without any server', () => {
    const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
    const args = [tsx, 'tools/decode.ts', 's/uz/attic', 'warm 21\nwho\nsing'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: sources, encoding: 'utf8' });
    expect(stdout).toContain('row 1   warm Temperature');
    expect(stdout).toContain('POST /measurement/measurements');
    expect(stdout).toContain('s/dz/attic  you are <id>');
    expect(stdout).toContain('s/ez  what: no word sing');
    expect(stdout).toContain('3 rows: 2 accepted, 1 refused');
  });
});
