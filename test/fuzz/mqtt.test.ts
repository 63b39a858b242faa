import { connect as connectTcp, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EmbeddedCloud, systemClock } from '@cirrus/local-aws';
import fc from 'fast-check';
import { connectAsync, type MqttClient } from 'mqtt';
import { generate, type Packet } from 'mqtt-packet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { runs } from './runs';

const RUNS = runs(120);
/** What a case may leave behind for good. A connection that is not forgotten has more. */
const LEFT_BYTES_PER_CASE = 2_000;
/** What compiled code, buffers and the like may take once. */
const LEFT_BYTES_ONCE = 24 * 1024 * 1024;
/** A packet over the limit of 196,611 bytes is refused as soon as its length is read. */
const OVERSIZED = [0x30, 0xff, 0xff, 0xff, 0x7f];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let cloud: EmbeddedCloud;
let healthy: MqttClient;
let heard: (text: string) => void = () => undefined;

beforeAll(async () => {
  cloud = await EmbeddedCloud.start({
    assembly: {
      stackName: 'fuzz',
      template: {
        Resources: {
          Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } },
          Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
          Rule: {
            Type: 'AWS::IoT::TopicRule',
            Properties: {
              TopicRulePayload: {
                Sql: "SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS client FROM '#'",
                AwsIotSqlVersion: '2016-03-23',
                // nothing may send to the queue, so that every message takes the way of a failure as well
                Actions: [
                  { Sqs: { QueueUrl: { Ref: 'Queue' }, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, UseBase64: false } },
                ],
              },
            },
          },
        },
      },
      assets: new Map(),
    },
    clock: systemClock,
    iot: { open: true, ruleRetryDelays: [], connectionPublishesPerSecond: 1_000_000 },
  });
  healthy = await connectAsync(`mqtt://127.0.0.1:${cloud.ports.mqtt}`, { clientId: 'healthy', reconnectPeriod: 0 });
  await healthy.subscribeAsync('healthy/own', { qos: 1 });
  healthy.on('message', (_topic, payload) => heard(payload.toString()));
});
afterAll(async () => {
  await healthy.endAsync();
  await cloud.close();
});

const few = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const clientId = few('a', 'b', 'd:x', '', '$x', 'a/b', 'a+#', '\u0000', 'é'.repeat(64), 'x'.repeat(129));
const topic = few(
  's/us',
  'a/b',
  'a',
  '',
  '/',
  '#',
  '+',
  'a/#',
  'a/+/b',
  '#/a',
  '$SYS/x',
  '$aws/events/x',
  'é',
  `${'x/'.repeat(9)}`,
  'x'.repeat(300),
  '\u0000',
);
const qos = few<0 | 1 | 2>(0, 1, 2);
const payload = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const messageId = few(1, 2, 65_535);
const text = few('', 'user', 't100/admin', 'é', 'x'.repeat(1_000));

const connectPacket = fc.record(
  {
    cmd: fc.constant('connect' as const),
    protocolId: few<'MQTT' | 'MQIsdp'>('MQTT', 'MQIsdp'),
    protocolVersion: few<3 | 4 | 5>(3, 4, 5),
    clean: fc.boolean(),
    clientId,
    keepalive: few(0, 1, 60, 65_535),
    username: text,
    password: payload,
    will: fc.record({ topic, payload, qos, retain: fc.boolean() }),
  },
  { requiredKeys: ['cmd', 'protocolId', 'protocolVersion', 'clean', 'clientId', 'keepalive'] },
);
const otherPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({
    cmd: fc.constant('publish' as const),
    topic,
    payload,
    qos,
    retain: fc.boolean(),
    dup: fc.boolean(),
    messageId,
  }),
  fc.record({
    cmd: fc.constant('subscribe' as const),
    messageId,
    subscriptions: fc.array(fc.record({ topic, qos }), { minLength: 1, maxLength: 10 }),
  }),
  fc.record({
    cmd: fc.constant('unsubscribe' as const),
    messageId,
    unsubscriptions: fc.array(topic, { minLength: 1, maxLength: 10 }),
  }),
  fc.record({ cmd: few('puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'), messageId }) as fc.Arbitrary<Packet>,
  few<Packet>(
    { cmd: 'pingreq' },
    { cmd: 'pingresp' },
    { cmd: 'disconnect' },
    { cmd: 'connack', returnCode: 0, sessionPresent: false },
  ),
);

/** The bytes of a packet. None for one that the library refuses to write. */
function bytesOf(packet: Packet): Buffer {
  try {
    return generate(packet);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Bytes that the library would not write: no filters, a wrong protocol, reserved types, lengths that lie. */
const malformed = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  few(
    Buffer.from([0x82, 2, 0, 1]),
    Buffer.from([0x80, 2, 0, 1]),
    Buffer.from([0x82, 5, 0, 1, 0xff, 0xff, 0x61]),
    Buffer.from([0xa2, 2, 0, 1]),
    Buffer.from([0x00, 0]),
    Buffer.from([0xf0, 0]),
    Buffer.from([0x36, 3, 0, 1, 0x61]),
    Buffer.from([0x32, 3, 0, 1, 0x61]),
    Buffer.from([0x32, 5, 0, 1, 0x61, 0, 0]),
    Buffer.from([0x30, 0]),
    Buffer.from([0x40, 0]),
    Buffer.from([0x10, 0]),
    Buffer.from(OVERSIZED),
    Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f]),
    Buffer.from([0x10, 12, 0, 4, ...Buffer.from('HTTP'), 4, 2, 0, 60, 0, 0]),
    Buffer.from([0x10, 12, 0, 4, ...Buffer.from('MQTT'), 9, 2, 0, 60, 0, 0]),
    Buffer.from([0x10, 12, 0, 4, ...Buffer.from('MQTT'), 4, 0xff, 0, 60, 0, 0]),
    Buffer.from([0x10, 12, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 60, 0, 99]),
    Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
    Buffer.from('GET /mqtt HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
  ),
);

/** A byte of the stream, by its place, and what it becomes. */
const mutation = fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), to: fc.nat(255), cut: fc.boolean() });

function mutated(bytes: Buffer, changes: readonly { at: number; to: number; cut: boolean }[]): Buffer {
  let result = Buffer.from(bytes);
  for (const { at, to, cut } of changes) {
    const index = Math.floor(at * result.length);
    if (cut) result = Buffer.concat([result.subarray(0, index), result.subarray(index + 1)]);
    else if (result.length > 0) result[index] = to;
  }
  return result;
}

const stream = fc
  .record({
    greeting: fc.option(connectPacket, { freq: 6, nil: undefined }),
    // a greeting that the broker takes, for most: otherwise nothing behind it would be read
    isProper: fc.boolean(),
    rest: fc.array(fc.oneof({ weight: 4, arbitrary: otherPacket.map(bytesOf) }, { weight: 1, arbitrary: malformed }), {
      maxLength: 12,
    }),
    changes: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.array(mutation, { maxLength: 4 }) },
    ),
  })
  .map(({ greeting, isProper, rest, changes }) => {
    const proper = { cmd: 'connect' as const, clientId: 'a', clean: true, keepalive: 60 };
    const first = isProper ? bytesOf(proper) : greeting ? bytesOf(greeting) : Buffer.alloc(0);
    return mutated(Buffer.concat([first, ...rest]), changes);
  });

const hostile = fc.record({
  door: few('tcp', 'ws', 'bytes to the WebSocket port'),
  bytes: stream,
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
  ending: few('cut', 'half open', 'left to the broker'),
});

type Hostile = typeof hostile extends fc.Arbitrary<infer T> ? T : never;

/** The bytes in pieces, wherever the cuts are. */
function pieces({ bytes, cuts }: Hostile): Buffer[] {
  const places = cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function overTcp(port: number, attack: Hostile): Promise<() => void> {
  const socket: Socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined).resume();
  for (const piece of pieces(attack)) {
    socket.write(piece);
    await turn();
  }
  if (attack.ending === 'half open') socket.end();
  if (attack.ending === 'cut') socket.destroy();
  return () => socket.destroy();
}

async function overWebSocket(port: number, attack: Hostile): Promise<() => void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  for (const piece of pieces(attack)) {
    socket.send(piece, { binary: attack.ending !== 'half open' });
    await turn();
  }
  if (attack.ending === 'cut') socket.terminate();
  return () => socket.terminate();
}

/** The healthy client's own message comes back to it, and its publish is acknowledged. */
async function expectHealthy(marker: string): Promise<void> {
  const received = new Promise<void>((resolve) => {
    heard = (text) => {
      if (text === marker) resolve();
    };
  });
  await healthy.publishAsync('healthy/own', marker, { qos: 1 });
  await received;
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it('no client disturbs the broker or another client, whatever it sends', async () => {
  const { mqtt = 0, ws = 0 } = cloud.ports;
  let cases = 0;
  const run = async (attack: Hostile): Promise<void> => {
    const end =
      attack.door === 'ws' ? await overWebSocket(ws, attack) : await overTcp(attack.door === 'tcp' ? mqtt : ws, attack);
    cases += 1;
    await expectHealthy(`case ${cases}`);
    end();
  };
  // the first cases load code and make the sessions of the few client IDs
  await fc.assert(fc.asyncProperty(hostile, run), { numRuns: 20 });
  const before = heapUsed();
  cases = 0;
  await fc.assert(fc.asyncProperty(hostile, run), { numRuns: RUNS });
  await cloud.idle();
  expect(heapUsed() - before).toBeLessThan(LEFT_BYTES_ONCE + cases * LEFT_BYTES_PER_CASE);
  expect(healthy.connected).toBe(true);
}, 600_000);
