import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1';
const AWS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_MAX_ATTEMPTS: '1',
};

function tenant(...args: readonly string[]) {
  const command = ['--import', import.meta.resolve('tsx'), 'tools/tenant.ts', ...args];
  const env = { ...process.env, ...AWS, AWS_ENDPOINT_URL: NOWHERE };
  return spawnSync(process.execPath, command, { env, encoding: 'utf8' });
}

describe('npm run tenant', () => {
  it.each([['list', '--bogus'], ['list'], ['create', '--table', 'registry']])(
    'explains itself after %s %s',
    (...args) => {
      const { status, stderr } = tenant(...args);
      expect(status).toBe(2);
      expect(stderr).toContain('npm run tenant -- create');
    },
  );

  it('says what AWS refused, without the usage', () => {
    const { status, stderr } = tenant('list', '--table', 'registry');
    expect(status).toBe(1);
    expect(stderr).toContain('ECONNREFUSED');
    expect(stderr).not.toContain('npm run tenant');
  });
});
