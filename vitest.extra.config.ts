import { defineConfig } from 'vitest/config';

// Suites that need more than npm; `.ci/extra` installs it.
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    name: 'extra',
    include: ['test/extra/**/*.test.ts'],
    // without MiniStack, which .ci/extra installs where it can, there is nothing to deploy to
    exclude: process.env.MINISTACK ? [] : ['test/extra/ministack.test.ts'],
    globalSetup: ['test/support/temporary-folder.ts', 'test/e2e/support/global-setup.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
