import { execFile } from 'node:child_process';
import { once } from 'node:events';
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
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import * as z from 'zod';
import { connectDevice, findBroker } from '../../tools/emulator/broker';
import { EmulatorRest } from '../../tools/emulator/rest';
import {
  ACCOUNTS,
  clientConfiguration,
  type EmulatorSettings,
  emulatorSettings,
  type StackOutputs,
  stackOutputsOf,
} from '../../tools/emulator/settings';
import { eventually } from '../e2e/support/eventually';
import { type MiniStack, startMiniStack } from './support/ministack';

/** `.ci/extra` installs it. The suite does not run where that failed. */
const EXECUTABLE = process.env.MINISTACK ?? 'ministack';
const DEPLOY_LIMIT_MS = 120_000;
const RUN_LIMIT_MS = 60_000;
/** The first call of a function starts it, which takes seconds on a busy machine. */
const PATIENCE = { timeout: 25_000 };

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

  it('notifies subscribers over WebSocket and long polling', { timeout: RUN_LIMIT_MS }, async () => {
    const broker = await findBroker(settings);
    const device = await connectDevice(broker, 'notified');
    const outputs = stackOutputsOf(settings);
    const polling = new EmulatorRest(settings, outputs);
    const bayeux = async (...messages: readonly BayeuxMessage[]): Promise<readonly BayeuxMessage[]> =>
      bayeuxMessages.parse((await polling.send('POST', '/notification/realtime', messages)).body);
    const [shaken] = await bayeux(handshake);
    await bayeux({ channel: '/meta/subscribe', clientId: shaken?.clientId, subscription: '/measurements/*' });
    const connect = { channel: '/meta/connect', clientId: shaken?.clientId, connectionType: 'long-polling' };
    const subscribed = await subscribedSocket(outputs);
    const heard = Promise.all([bayeux(connect), subscribed.notification]);
    const [polled, pushed] = await whilePublishing(device, heard);
    for (const { channel, data } of [...polled.filter((message) => message.data), pushed]) {
      expect(channel).toMatch(/^\/measurements\//);
      expect(data).toMatchObject({ realtimeAction: 'CREATE', data: { c8y_Noise: { T: { value: 1 } } } });
    }
    expect(polled.some(({ data }) => data !== undefined)).toBe(true);
    subscribed.socket.close();
    await device.endAsync();
  });

  it('keeps an event that a function could not handle in the failure queue', { timeout: RUN_LIMIT_MS }, async () => {
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
    }, PATIENCE);
    expect(JSON.parse(Body ?? '')).toMatchObject({ requestPayload: { topic: 'not an uplink' } });
    sqs.destroy();
  });
});

const bayeuxMessages = z.array(
  z.looseObject({ channel: z.string(), clientId: z.string().optional(), data: z.unknown().optional() }),
);
type BayeuxMessage = z.output<typeof bayeuxMessages>[number];

const { tenant, adminUser, adminPassword } = ACCOUNTS;
const token = Buffer.from(`${tenant}/${adminUser}:${adminPassword}`).toString('base64');
const handshake = { channel: '/meta/handshake', version: '1.0', ext: { 'com.cumulocity.authn': { token } } };

/** A WebSocket with a subscription to all measurements, on the gateway's port under the API's own host name. */
async function subscribedSocket({ RealtimeUrl }: StackOutputs) {
  const { host, pathname } = new URL(RealtimeUrl);
  const socket = new WebSocket(new URL(pathname, ministack.url), { headers: { host } });
  const received: BayeuxMessage[] = [];
  socket.on('message', (frame) => received.push(...bayeuxMessages.parse(JSON.parse(String(frame)))));
  await once(socket, 'open');
  const say = (message: BayeuxMessage): void => socket.send(JSON.stringify([message]));
  const find = (wanted: (message: BayeuxMessage) => boolean): Promise<BayeuxMessage> =>
    eventually(() => {
      const found = received.find(wanted);
      if (found === undefined) throw new Error(`received so far: ${JSON.stringify(received)}`);
      return found;
    }, PATIENCE);
  say(handshake);
  const { clientId } = await find(({ channel }) => channel === '/meta/handshake');
  say({ channel: '/meta/subscribe', clientId, subscription: '/measurements/*' });
  say({ channel: '/meta/connect', clientId, connectionType: 'websocket' });
  await find(({ channel }) => channel === '/meta/subscribe');
  return { socket, notification: find(({ data }) => data !== undefined) };
}

/** A new subscription may take seconds to have an effect, so the device publishes until somebody has heard it. */
async function whilePublishing<T>(device: MqttClient, heard: Promise<T>): Promise<T> {
  const timer = setInterval(() => device.publish('s/us', '200,c8y_Noise,T,1', { qos: 1 }), 250);
  try {
    return await heard;
  } finally {
    clearInterval(timer);
  }
}

/**
 * What docs/emulators.md#what-is-missing-and-what-that-means-for-you says. When a release of MiniStack has one of
 * these, a workaround can go.
 */
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
