import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

describe('npm run demo', () => {
  it.each(['--bogus', 'bogus'])('refuses the argument %s before it starts anything', (argument) => {
    const command = ['--import', import.meta.resolve('tsx'), 'local/demo/main.ts', argument];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`'${argument}'`);
    expect(stderr).toContain('It takes no arguments.');
  });
});
