import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCirrus } from '../../local/cirrus';
import { provided, startTestCirrus } from '../e2e/support/cirrus';
import { eventually } from '../e2e/support/eventually';
import { Rest } from '../e2e/support/rest';
import { blocksOf, onPortsOf } from './support/readme';

const run = promisify(execFile);
// a new Cirrus, as a reader has it
let cirrus: RunningCirrus;
beforeAll(async () => {
  cirrus = await startTestCirrus();
});
afterAll(() => cirrus.close());

const shell = async (lines: string): Promise<string> => (await run('bash', ['-c', lines])).stdout;
it('the lines of a first device print what README.md says', { timeout: 120_000 }, async () => {
  const rest = new Rest(provided(cirrus));
  const blocks = blocksOf('A first device').map(({ text }) => onPortsOf(cirrus, text));
  const [first = '', waiting = '', creating = '', answering = ''] = blocks;
  const [publish = '', read = '', ask = '', mistake = ''] = first.split('\n');
  await shell(publish);
  const { id } = await rest.device('my-device');
  await eventually(async () =>
    expect(JSON.parse(await shell(read))).toMatchObject({
      measurements: [{ c8y_TemperatureMeasurement: { T: { value: 21.5 } }, source: { id } }],
    }),
  );
  expect(await shell(ask)).toBe(`124,${id}\n`);
  expect(await shell(mistake)).toBe('40,999,No static template for this message id\n');
  // the command ends by itself after one operation
  const heard = shell(waiting);
  expect(JSON.parse(await shell(creating))).toMatchObject({ deviceId: id, c8y_Restart: {} });
  expect(await heard).toBe('s/ds 510,my-device\n');
  // `ID` was set in the shell of the lines before
  const [began = '', done = '', look = ''] = answering.split('\n');
  await shell(began);
  await shell(done);
  await eventually(async () =>
    expect(JSON.parse(await shell(`ID=${id}\n${look}`))).toMatchObject({ operations: [{ status: 'SUCCESSFUL' }] }),
  );
});
