import type { TestProject } from 'vitest/node';
import { type ProvidedCirrus, provided, startTestCirrus } from './cirrus';

declare module 'vitest' {
  interface ProvidedContext {
    readonly cirrus: ProvidedCirrus;
  }
}

/** One embedded Cirrus for all files of the project: each talks to it with devices of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cirrus = await startTestCirrus();
  project.provide('cirrus', provided(cirrus));
  return () => cirrus.close();
}
