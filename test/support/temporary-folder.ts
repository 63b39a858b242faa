import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLES = ['TMPDIR', 'TEMP', 'TMP'] as const;
const PREFIX = 'cirrus-test-';

/**
 * Gives a whole run one temporary folder and removes it at the end. Bundles and assemblies would outlive their tests
 * otherwise, because a worker that vitest ends gets no chance to clean up.
 */
export function setup(): (() => void) | undefined {
  if (tmpdir().includes(PREFIX)) return undefined; // another project of this run has made it
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  for (const name of VARIABLES) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
