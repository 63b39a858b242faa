import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Device, newSerial } from '../e2e/support/device';
import { eventually } from '../e2e/support/eventually';

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
const FILES: Readonly<Record<string, readonly [path: string, type: string]>> = {
  '/': ['examples/dashboard/index.html', 'text/html'],
  '/cometd.js': ['node_modules/cometd/cometd.js', 'text/javascript'],
};

const cirrus = inject('cirrus');
let profile: string;
let server: Server;
let browser: BrowserContext;

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is not there: run .ci/extra`);
  profile = await mkdtemp(join(tmpdir(), 'cirrus-chromium-'));
  server = createServer((request, response) => {
    const [path, type] = FILES[new URL(request.url ?? '/', 'http://localhost').pathname] ?? [];
    if (path === undefined) response.writeHead(404).end();
    else void readFile(path).then((content) => response.writeHead(200, { 'content-type': type }).end(content));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: FLAGS,
  });
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  if (profile) await rm(profile, { recursive: true, force: true });
});

it('the dashboard shows what a device publishes, as it publishes', async () => {
  const page = await browser.newPage();
  const { port } = server.address() as AddressInfo;
  const options = { cirrus: cirrus.endpoints.http, user: `${cirrus.tenant}/${cirrus.user}`, password: cirrus.password };
  await page.goto(`http://127.0.0.1:${port}/?${new URLSearchParams(options)}`);
  const device = await Device.connect(cirrus, { clientId: newSerial('dashboard') });
  const shown = await eventually(
    async () => {
      await device.publish('s/us', '200,c8y_Shown,T,21.5,C');
      const [first] = await page.locator('#measurements li', { hasText: 'c8y_Shown' }).allTextContents();
      if (first === undefined) throw new Error('the page shows nothing yet');
      return first;
    },
    { timeout: 20_000 },
  );
  expect(JSON.parse(shown)).toMatchObject({ type: 'c8y_Shown', c8y_Shown: { T: { value: 21.5, unit: 'C' } } });
  await device.disconnect();
});
