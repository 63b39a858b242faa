import { defineConfig } from 'vitest/config';

// these read the environment when they are imported, so each has modules of its own
const ISOLATED = ['test/functions/**/*.test.ts', 'test/cdk/function-environment.test.ts'];

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    pool: 'forks',
    globalSetup: ['test/support/temporary-folder.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/extra/**', ...ISOLATED],
          // the files of a worker share its modules: importing them for every file takes longer than the tests
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: ISOLATED,
          // after the unit tests, because vitest does not mix both kinds in one worker
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/temporary-folder.ts', 'test/e2e/support/global-setup.ts'],
          // after the unit tests: what waits for a device should not wait for their share of the cores too
          sequence: { groupOrder: 2 },
          // most of a test's time is waiting for the stack
          maxWorkers: 2,
          isolate: false,
        },
      },
    ],
  },
});
