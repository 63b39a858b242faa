import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Device, newSerial } from '../e2e/support/device';
import { eventually } from '../e2e/support/eventually';
import { blocksOf } from './support/readme';

/** Debian's package `chromium`, which `.ci/extra` installs. */
const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Media types of the files that the reader's web server serves. */
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

const run = promisify(execFile);
const cirrus = inject('cirrus');
const [install, html] = blocksOf('A live dashboard').map(({ text }) => text);
/** Folder in which a reader runs the command. The command makes `dashboard` in it. */
let home: string;
let profile: string;
let server: Server;
let browser: BrowserContext;

/** Follows README.md as a reader does, and puts the example beside the page. */
async function follow(): Promise<void> {
  home = await mkdtemp(join(tmpdir(), 'cirrus-reader-'));
  await run('bash', ['-c', String(install)], { cwd: home });
  await writeFile(join(home, 'dashboard', 'index.html'), String(html));
  await copyFile('examples/dashboard/index.html', join(home, 'dashboard', 'example.html'));
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const path = pathname === '/' ? '/index.html' : pathname;
  const type = TYPES[extname(path)];
  const content = type && (await readFile(join(home, 'dashboard', path)).catch(() => undefined));
  if (content) response.writeHead(200, { 'content-type': type }).end(content);
  else response.writeHead(404).end();
}

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is not there: run .ci/extra`);
  await follow();
  profile = await mkdtemp(join(tmpdir(), 'cirrus-chromium-'));
  server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // the page has the port of `npm start`, and this Cirrus has another one
  const elsewhere = `--host-resolver-rules=MAP localhost:8080 ${new URL(cirrus.endpoints.http).host}`;
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: [...FLAGS, elsewhere],
  });
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  for (const folder of [home, profile]) if (folder) await rm(folder, { recursive: true, force: true });
});

/** Opens a page and publishes until it shows what was published. */
async function shownOn(path: string, fragment: string): Promise<string> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/${path}`);
  const device = await Device.connect(cirrus, { clientId: newSerial('dashboard') });
  const shown = await eventually(
    async () => {
      expect(faults).toEqual([]);
      await device.publish('s/us', `200,${fragment},T,21.5,C`);
      const text = (await page.locator('#measurements').innerText())
        .split('\n')
        .find((line) => line.includes(fragment));
      if (text === undefined) throw new Error('the page shows nothing yet');
      return text;
    },
    { timeout: 20_000 },
  );
  await device.disconnect();
  return shown;
}

it('the page of README.md shows what a device publishes, as it publishes', async () => {
  const shown = await shownOn('', 'c8y_Copied');
  expect(JSON.parse(shown)).toMatchObject({ type: 'c8y_Copied', c8y_Copied: { T: { value: 21.5, unit: 'C' } } });
});

it('the dashboard of the examples does so for any address and user', async () => {
  const options = { cirrus: cirrus.endpoints.http, user: `${cirrus.tenant}/${cirrus.user}`, password: cirrus.password };
  const shown = await shownOn(`example.html?${new URLSearchParams(options)}`, 'c8y_Shown');
  expect(JSON.parse(shown)).toMatchObject({ type: 'c8y_Shown', c8y_Shown: { T: { value: 21.5, unit: 'C' } } });
});

it('the example names the same version of the library', async () => {
  const version = /cometd@([\d.]+)/.exec(String(install))?.[1];
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(await readFile('examples/dashboard/index.html', 'utf8')).toContain(`cometd@${version} `);
});
