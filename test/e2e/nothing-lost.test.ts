import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCirrus } from '../../local/cirrus';
import { type ProvidedCirrus, provided, startTestCirrus } from './support/cirrus';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { type FlakyDynamodb, startFlakyDynamodb } from './support/flaky-dynamodb';
import { Rest } from './support/rest';

const ROOT = resolve(import.meta.dirname, '../..');
/** How long `redrive` hides what it has received. */
const HIDDEN_MS = 300_000;

let database: FlakyDynamodb;
let running: RunningCirrus;
let cirrus: ProvidedCirrus;
let rest: Rest;
let device: Device;
let id: string;

beforeAll(async () => {
  database = await startFlakyDynamodb();
  running = await startTestCirrus({}, { dynamodbEndpoint: database.url });
  cirrus = provided(running);
  rest = new Rest(cirrus);
  device = await Device.connect(cirrus, { clientId: newSerial('unlucky') });
  await device.publish('s/us', '100,Unlucky');
  ({ id } = await rest.device(device.clientId));
  // the device's lifecycle events are written too
  await running.cloud.idle();
});
afterAll(async () => {
  await device.disconnect();
  await running.close();
  await database.close();
});

const queueUrl = (): string => String(cirrus.outputs.FailureQueueUrl);
const failures = (): readonly unknown[] =>
  running.cloud.messages(queueUrl().slice(queueUrl().lastIndexOf('/') + 1)).map(({ body }) => JSON.parse(body));
const measurements = (type: string): Promise<readonly unknown[]> =>
  rest.list(`/measurement/measurements?source=${id}&type=${type}`, 'measurements');

async function redrive(...args: readonly string[]): Promise<{ code: unknown; output: string; errors: string }> {
  const { endpoint, region, credentials } = cirrus.aws;
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'tools/redrive.ts'), ...args], {
    cwd: ROOT,
    env: {
      ...process.env,
      NO_COLOR: '1',
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], output, errors] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code, output, errors };
}

describe('a message the database did not take', () => {
  it('is in the failure queue with its cause, and the device knows nothing of it', async () => {
    database.broken = true;
    await device.publish('s/us', ['200,acme_Lost,A,1', '200,acme_Lost,B,2']);
    await eventually(() => expect(failures()).toHaveLength(1));
    expect(failures()).toMatchObject([
      {
        requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
        requestPayload: { topic: 's/us', clientId: device.clientId },
        responsePayload: { errorType: 'InternalServerError', errorMessage: 'The disk is on fire' },
      },
    ]);
    expect(device.client.connected).toBe(true);
    expect(await measurements('acme_Lost')).toEqual([]);
  });

  it('can be looked at without touching it', async () => {
    // what was looked at is hidden for a while, so that the clock has to move before the next look
    const { code, output } = await redrive('--queue-url', queueUrl(), '--dry-run');
    running.clock.advance(HIDDEN_MS);
    expect(code).toBe(0);
    expect(output).toMatch(
      new RegExp(`would replay +cirrus-ingest +${device.clientId} +s/us +InternalServerError: The disk is on fire`),
    );
    expect(failures()).toHaveLength(1);
  });

  it('comes back when it is replayed too early', async () => {
    const { output } = await redrive('--queue-url', queueUrl());
    expect(output).toMatch(/^replayed +cirrus-ingest/);
    await eventually(() => expect(failures()).toHaveLength(1));
    // unless that very run has seen it come back already
    running.clock.advance(HIDDEN_MS);
  });

  it('is stored once the database is repaired and it is replayed', async () => {
    database.broken = false;
    await device.publish('s/us', '200,acme_After,C,3');
    await eventually(async () => expect(await measurements('acme_After')).toHaveLength(1));
    const { code, output } = await redrive('--queue-url', queueUrl());
    expect(output).toMatch(/replayed +cirrus-ingest/);
    expect(output).toMatch(/1 replayed, 0 kept/);
    expect(code).toBe(0);
    await eventually(async () => expect(await measurements('acme_Lost')).toHaveLength(2));
    expect(failures()).toEqual([]);
  });
});

describe('what else is in the failure queue', () => {
  it('what a rule could not hand over is replayed, what nobody understands is kept', async () => {
    const client = new SQSClient(cirrus.aws);
    const send = (body: string) => client.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody: body }));
    await send(
      JSON.stringify({
        ruleName: 'cirrus_uplink_static',
        topic: 's/us',
        cloudwatchTraceId: '3b1ff7a2-0000-4000-8000-000000000000',
        clientId: device.clientId,
        base64OriginalPayload: Buffer.from('200,acme_Rule,R,1').toString('base64'),
        failures: [{ failedAction: 'LambdaAction', failedResource: 'cirrus-ingest', errorMessage: 'Rate exceeded' }],
      }),
    );
    await send('"somebody else\'s"');
    client.destroy();
    const { code, output } = await redrive('--queue-url', queueUrl());
    expect(output).toMatch(/replayed +cirrus-ingest .*LambdaAction: Rate exceeded/);
    expect(output).toMatch(/kept .*neither the record/);
    expect(output).toMatch(/1 replayed, 1 kept/);
    expect(code).toBe(1);
    await eventually(async () => expect(await measurements('acme_Rule')).toHaveLength(1));
    expect(failures()).toEqual(["somebody else's"]);
  });

  it('without a queue there is help', async () => {
    const { code, errors } = await redrive();
    expect(code).toBe(2);
    expect(errors).toMatch(/--queue-url is missing/);
  });
});
