import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { IoTClient, ListAuthorizersCommand, SetV2LoggingOptionsCommand } from '@aws-sdk/client-iot';
import {
  GetConnectionCommand,
  IoTDataPlaneClient,
  PublishCommand,
  SendDirectMessageCommand,
} from '@aws-sdk/client-iot-data-plane';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDevice, findBroker } from '../../tools/emulator/broker';
import {
  clientConfiguration,
  type EmulatorSettings,
  emulatorSettings,
  stackOutputsOf,
} from '../../tools/emulator/settings';
import { eventually } from '../e2e/support/eventually';
import { type MiniStack, startMiniStack } from './support/ministack';

/** `.ci/extra` installs it; the suite is left out where it could not. */
const EXECUTABLE = process.env.MINISTACK ?? 'ministack';
const DEPLOY_LIMIT_MS = 120_000;
const RUN_LIMIT_MS = 60_000;

let ministack: MiniStack;
let settings: EmulatorSettings;
beforeAll(async () => {
  ministack = await startMiniStack(EXECUTABLE);
  settings = emulatorSettings(['--dir', ministack.dir], { AWS_ENDPOINT_URL: ministack.url });
});
afterAll(() => ministack.stop());

/** Runs a tool as `npm run emulator:…` does. */
async function tool(name: string, timeout: number): Promise<string> {
  const args = ['--import', 'tsx', `tools/${name}.ts`, '--dir', ministack.dir];
  const env = { ...process.env, AWS_ENDPOINT_URL: ministack.url };
  return (await promisify(execFile)(process.execPath, args, { env, timeout })).stdout;
}

describe('MiniStack', () => {
  it(
    'takes the stack',
    async () => {
      expect(await tool('emulator-deploy', DEPLOY_LIMIT_MS)).toContain('deployed: http://');
    },
    DEPLOY_LIMIT_MS,
  );

  it(
    'carries a device end to end, rules, functions and queues being its own',
    async () => {
      const output = await tool('emulator-test', RUN_LIMIT_MS);
      expect(output).toContain('publish is stored: c8y_Temperature.T 21.5');
      expect(output).toMatch(/operation \d+ is down: 510,/);
      expect(output).toContain('is SUCCESSFUL');
      expect(output).toContain('a bad row is answered: 45,200,');
    },
    RUN_LIMIT_MS,
  );

  it('keeps an event that a function could not handle in the failure queue', async () => {
    const lambda = new LambdaClient(clientConfiguration(settings));
    const Payload = new TextEncoder().encode('{"topic":"not an uplink"}');
    await lambda.send(new InvokeCommand({ FunctionName: 'cirrus-ingest', InvocationType: 'Event', Payload }));
    lambda.destroy();
    const sqs = new SQSClient(clientConfiguration(settings));
    const { FailureQueueUrl: QueueUrl } = stackOutputsOf(settings);
    const { Body } = await eventually(async () => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      expect(Messages).toHaveLength(1);
      return Messages?.[0] ?? {};
    });
    expect(JSON.parse(Body ?? '')).toMatchObject({ requestPayload: { topic: 'not an uplink' } });
    sqs.destroy();
  });
});

/** The lines of docs/emulators.md: a release that has one of these makes a workaround superfluous. */
describe('MiniStack lacks', () => {
  it('direct messages and connection APIs', async () => {
    const data = new IoTDataPlaneClient(clientConfiguration(settings));
    const clientId = 'anybody';
    const direct = new SendDirectMessageCommand({ clientId, topic: 's/ds', payload: new Uint8Array() });
    await expect(data.send(direct)).rejects.toThrow('Unsupported iot-data path');
    await expect(data.send(new GetConnectionCommand({ clientId }))).rejects.toThrow('Unsupported iot-data path');
    await data.send(new PublishCommand({ topic: 'published/instead', payload: new Uint8Array() }));
    data.destroy();
  });

  it('authorizers and the log of the broker', async () => {
    const iot = new IoTClient(clientConfiguration(settings));
    await expect(iot.send(new ListAuthorizersCommand({}))).rejects.toThrow('Unsupported IoT path');
    const logging = new SetV2LoggingOptionsCommand({ defaultLogLevel: 'ERROR' });
    await expect(iot.send(logging)).rejects.toThrow('Unsupported IoT path');
    iot.destroy();
  });

  it('passwords and policies: who connects may do everything', async () => {
    const device = await connectDevice(await findBroker(settings), 'anybody');
    await device.publishAsync('s/ds', '510,somebody-else', { qos: 1 });
    await device.endAsync();
  });
});
