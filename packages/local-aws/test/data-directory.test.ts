import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeOwnerOnly } from '../src/owner-only';
import { startCloud, type TestCloud } from './support/cloud';
import { allow, attribute, lambda, queue, ref, role, table } from './support/templates';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'data-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Rights of the group or of others, by path. */
function shared(folder: string): string[] {
  const paths = [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))];
  return paths.filter((path) => (statSync(path).mode & 0o077) !== 0);
}

describe('what a killed cloud has accepted', () => {
  const resources = {
    Failed: queue(),
    Role: role(allow('sqs:SendMessage', attribute('Failed', 'Arn'))),
    Later: lambda('later', 'Role'),
    LaterConfig: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: ref('Later'),
        Qualifier: '$LATEST',
        DestinationConfig: { OnFailure: { Destination: attribute('Failed', 'Arn') } },
      },
    },
  };
  const failing = { later: "export const handler = async () => { throw new Error('not now'); }" };
  const HOUR = 3_600_000;
  let killed: TestCloud;

  beforeEach(async () => {
    killed = await startCloud(resources, failing, { dataDir: join(root, 'first'), retryDelays: [1, HOUR] });
  });
  afterEach(() => killed.close());

  /** A cloud that starts with the files which the first one would leave if it were killed now. */
  function startAgain(): Promise<TestCloud> {
    cpSync(join(root, 'first/journal.jsonl'), join(root, 'second/journal.jsonl'), { recursive: true });
    return startCloud(resources, failing, { dataDir: join(root, 'second') });
  }

  it('is tried again, with the attempts it had, and what failed for good stays in its queue', async () => {
    killed.cloud.invokeAsync('Later', { id: 1 });
    // two attempts have failed when the journal has the second
    await expect
      .poll(() => readFileSync(join(root, 'first/journal.jsonl'), 'utf8'), { timeout: 20_000 })
      .toContain('"attempts":2');
    expect(killed.cloud.unfinished).toEqual({ events: 1, messages: 0 });

    const second = await startAgain();
    await second.cloud.idle();
    expect(second.cloud.messages('Failed').map(({ body }) => JSON.parse(body))).toMatchObject([
      { requestContext: { approximateInvokeCount: 3 }, requestPayload: { id: 1 } },
    ]);
    expect(second.cloud.unfinished).toEqual({ events: 0, messages: 1 });
    await second.close();
    const third = await startCloud(resources, failing, { dataDir: join(root, 'second') });
    expect(third.cloud.messages('Failed')).toHaveLength(1);
    await third.close();
  });
});

describe('a data directory', () => {
  it('is for its owner only, with the folders in it', async () => {
    const dataDir = join(root, 'new');
    const { close } = await startCloud({ Data: table(), Q: queue() }, {}, { dataDir });
    await close();
    expect(modeOf(dataDir)).toBe('700');
    expect(modeOf(join(dataDir, 'dynamodb'))).toBe('700');
    expect(modeOf(join(dataDir, 'state.json'))).toBe('600');
    expect(modeOf(join(dataDir, 'journal.jsonl'))).toBe('600');
  });

  it('is tightened when others could enter it, with all that is in it, and the log says so', async () => {
    const dataDir = join(root, 'old');
    mkdirSync(join(dataDir, 'dynamodb'), { recursive: true });
    for (const name of ['state.json', 'dynamodb/left-over']) writeFileSync(join(dataDir, name), '{}');
    for (const name of ['state.json', 'dynamodb/left-over']) chmodSync(join(dataDir, name), 0o644);
    for (const name of ['', 'dynamodb']) chmodSync(join(dataDir, name), 0o755);
    const { logs, close } = await startCloud({ Q: queue() }, {}, { dataDir });
    expect(shared(dataDir).filter((path) => !path.includes('dynamodb/'))).toEqual([]);
    expect(modeOf(join(dataDir, 'dynamodb/left-over'))).toBe('600');
    expect(logs).toEqual([`data: ${dataDir} was open to others, and is now for its owner only`]);
    await close();
  });

  it('is refused when others may enter it and it holds what is not ours', async () => {
    writeFileSync(join(root, 'letter.txt'), 'dear');
    chmodSync(root, 0o755);
    await expect(startCloud({}, {}, { dataDir: root })).rejects.toThrow(/holds letter\.txt, which is not ours/);
    expect(modeOf(root)).toBe('755');
    chmodSync(root, 0o700);
    expect(makeOwnerOnly(root, [])).toBe(false);
  });
});
