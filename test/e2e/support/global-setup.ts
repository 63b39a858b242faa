import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startCirrus } from '../../../local/cirrus';
import { type ProvidedCirrus, provided, TEST_OPTIONS } from './cirrus';

declare module 'vitest' {
  interface ProvidedContext {
    readonly cirrus: ProvidedCirrus;
  }
}

/** One embedded Cirrus for all files of the project: each talks to it with devices of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const certificateDir = await mkdtemp(join(tmpdir(), 'cirrus-e2e-'));
  const cirrus = await startCirrus(TEST_OPTIONS, {}, { certificateDir, retryDelays: [50, 100] });
  project.provide('cirrus', provided(cirrus));
  return async () => {
    await cirrus.close();
    await rm(certificateDir, { recursive: true, force: true });
  };
}
