import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

function decode(args: readonly string[], input = '') {
  const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
  const done = spawnSync(process.execPath, [tsx, 'tools/decode.ts', ...args], { cwd: ROOT, input, encoding: 'utf8' });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

describe('npm run decode', () => {
  it('shows what a row does, without colours when it is not a terminal', () => {
    const { code, out } = decode(['s/us/pump-1', '200,T,T,25']);
    expect(code).toBe(0);
    expect(out).toContain('pump-1 (child device or service of my-device)');
    expect(out).toContain('row 1   200 Create custom measurement');
    expect(out).toContain('POST /measurement/measurements');
    expect(out).toContain('"value": 25');
    expect(out).toContain('1 row: 1 accepted, 0 refused');
    expect(out).not.toContain('\u001b');
  });

  it('reads standard input, names what is refused and how to mend it, and exits with 1', () => {
    const { code, out } = decode(['q/us'], '211,20\n999,x\n211,hot\n');
    expect(code).toBe(1);
    expect(out).toContain('QUIESCENT: measurements are stored, not notified, processed');
    expect(out).toContain('s/e  40,999,No static template for this message id');
    expect(out).toContain(
      's/e  45,211,temperature (parameter 1) is not a number: hot\n      fix  send 211,temperature,[time]',
    );
    expect(out).toContain('3 rows: 1 accepted, 2 refused');
  });

  it('prints JSON', () => {
    const { code, out } = decode(['s/us', '-', '--json', '--device', 'SN1'], '501,c8y_Restart');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      topic: 's/us',
      mode: 'PERSISTENT',
      device: 'SN1',
      rows: [
        {
          row: 1,
          template: '501',
          effects: [
            {
              does: 'sets the oldest PENDING c8y_Restart operation of SN1 to EXECUTING',
              request: { method: 'PUT', body: { status: 'EXECUTING' } },
            },
          ],
        },
      ],
    });
  });

  it('explains a topic outside the protocol', () => {
    const { code, out } = decode(['foo/bar', '211,20']);
    expect(code).toBe(1);
    expect(out).toContain("Topic 'foo/bar' is not part of the protocol");
  });

  it('tells a wrong call from a wrong payload', () => {
    expect(decode(['--nonsense']).code).toBe(2);
    expect(decode([]).code).toBe(2);
    expect(decode(['--help']).code).toBe(0);
  });
});
