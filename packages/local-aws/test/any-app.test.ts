import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { EmbeddedCloud, readAssembly, systemClock } from '@cirrus/local-aws';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { synthesizeShop } from './any-app/app';

const PACKAGE = resolve(import.meta.dirname, '..');
const EXAMPLE = join(PACKAGE, 'examples', 'run.ts');

describe('a CDK app that has nothing to do with the rest of this house', () => {
  const folder = mkdtempSync(join(tmpdir(), 'any-app-'));
  const assemblyFolder = join(folder, 'cdk.out');
  beforeAll(() => {
    // in a project of ES modules, this file would make Node take the CommonJS bundles in cdk.out for ES modules
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    synthesizeShop(assemblyFolder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs: its API, table, bus, rule, queue and functions work together', async () => {
    let notePacked: (line: string) => void = () => undefined;
    const packed = new Promise<string>((resolve) => {
      notePacked = resolve;
    });
    const cloud = await EmbeddedCloud.start({
      assembly: readAssembly(assemblyFolder),
      clock: systemClock,
      onLog: (_source, line) => {
        if (line.startsWith('packed')) notePacked(line);
      },
    });
    const url = `http://127.0.0.1:${cloud.ports.http}/orders/o-1`;
    expect([...cloud.resources.values()]).toContain(cloud.outputs.OrdersTable);
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(url, { method: 'PUT', body: '{"goods":"tea"}' })).status).toBe(202);
    expect(await packed).toBe('packed o-1');
    expect(await (await fetch(url)).json()).toEqual({ id: 'o-1', goods: 'tea', packed: true });
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(404);
    expect(cloud.meter.units('httpApiRequests')).toBe(4);
    await cloud.close();
  });

  it('runs by the lines in the README, in a process of its own', async () => {
    expect(readFileSync(join(PACKAGE, 'README.md'), 'utf8')).toContain(
      `\`\`\`ts\n${readFileSync(EXAMPLE, 'utf8')}\`\`\``,
    );
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), EXAMPLE], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const url = await apiOf(child);
    expect((await fetch(`${url}/orders/o-2`)).status).toBe(404);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

/** The URL of the API, from the line that the process prints. */
async function apiOf({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('the process has no output');
  for await (const line of createInterface({ input: stdout })) {
    const url = /^HTTP API: (\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('the process ended before its API was there');
}
