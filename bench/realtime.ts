import { once } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { usageBetween } from '@cirrus/local-aws';
import { connectAsync, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import { Credentials } from '../lib/platform/access/credentials';
import { Table } from '../lib/storage/table';
import type { RunningCirrus } from '../local/cirrus';
import { OWN_CLOUD } from '../local/options';
import { formatNumber, table } from '../local/table';
import { BENCH_LOGIN, startBenchCloud, tableName } from './cloud';
import type { Bench, Check } from './report';

type Transport = 'WebSocket' | 'long polling';

/**
 * One row of the table: subscribers to a tenant's measurements, and readings that are published one after the other.
 */
interface Way {
  readonly transport: Transport;
  readonly subscribers: number;
  readonly readings: number;
}

interface Measured extends Way {
  readonly dollarsPerMillion: number;
  readonly services: ReadonlyMap<string, number>;
  /** Milliseconds from PUBLISH to the notification of the first subscriber, sorted. */
  readonly latencies: readonly number[];
}

/** A client and what it has heard: the time of each notification by the value of its reading. */
interface Subscriber {
  readonly heard: Map<number, number>;
  close(): Promise<void>;
}

const WAYS: readonly Way[] = [
  { transport: 'WebSocket', subscribers: 0, readings: 100 },
  { transport: 'WebSocket', subscribers: 1, readings: 200 },
  { transport: 'WebSocket', subscribers: 100, readings: 20 },
  { transport: 'long polling', subscribers: 1, readings: 100 },
];
/** Connections that one user may have to one channel. */
const CONNECTIONS_PER_USER = 10;
const USERS = 10;
const PASSWORD = 'bench-secret';
const CHANNEL = '/measurements/*';
const PATIENCE_MS = 20_000;
const MILLION = 1_000_000;
const SERVICES = ['IoT Core', 'Lambda', 'DynamoDB', 'API Gateway'] as const;

const userName = (index: number): string => `viewer${Math.floor(index / CONNECTIONS_PER_USER)}`;
const tokenOf = (user: string): string => Buffer.from(`${OWN_CLOUD.tenant}/${user}:${PASSWORD}`).toString('base64');
const handshakeOf = (user: string): object => ({
  channel: '/meta/handshake',
  version: '1.0',
  ext: { 'com.cumulocity.authn': { token: tokenOf(user) } },
});

interface Incoming {
  readonly channel: string;
  readonly successful?: boolean;
  readonly error?: string;
  readonly clientId?: string;
  readonly data?: { readonly data: { readonly c8y_Bench?: { readonly T: { readonly value: number } } } };
}

function note(messages: readonly Incoming[], heard: Map<number, number>): void {
  for (const { data, successful, error } of messages) {
    if (successful === false) throw new Error(`refused: ${error}`);
    const value = data?.data.c8y_Bench?.T.value;
    if (value !== undefined) heard.set(value, performance.now());
  }
}

async function byWebSocket({ endpoints }: RunningCirrus, user: string): Promise<Subscriber> {
  const socket = new WebSocket(`${endpoints.http.replace('http', 'ws')}/notification/realtime`);
  await once(socket, 'open');
  const ask = async (message: object): Promise<Incoming[]> => {
    const answered = once(socket, 'message');
    socket.send(JSON.stringify([message]));
    const [data] = await answered;
    return JSON.parse(String(data));
  };
  const heard = new Map<number, number>();
  const [{ clientId } = { clientId: '' }] = await ask(handshakeOf(user));
  note(await ask({ channel: '/meta/subscribe', clientId, subscription: CHANNEL }), heard);
  note(await ask({ channel: '/meta/connect', clientId, connectionType: 'websocket', advice: { timeout: 0 } }), heard);
  socket.on('message', (data) => note(JSON.parse(String(data)), heard));
  const connecting = setInterval(
    () => socket.send(JSON.stringify([{ channel: '/meta/connect', clientId, connectionType: 'websocket' }])),
    30_000,
  );
  return {
    heard,
    close: async () => {
      clearInterval(connecting);
      // a client that only closes its socket may come back, so its notifications are kept; this one says goodbye
      await ask({ channel: '/meta/disconnect', clientId });
      socket.close();
      await once(socket, 'close');
    },
  };
}

async function byPolling({ endpoints }: RunningCirrus, user: string): Promise<Subscriber> {
  const ask = async (message: object): Promise<Incoming[]> => {
    const body = JSON.stringify([message]);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${endpoints.http}/notification/realtime`, { method: 'POST', headers, body });
    return (await answer.json()) as Incoming[];
  };
  const heard = new Map<number, number>();
  const [{ clientId } = { clientId: '' }] = await ask(handshakeOf(user));
  note(await ask({ channel: '/meta/subscribe', clientId, subscription: CHANNEL }), heard);
  let open = true;
  const polling = (async () => {
    while (open) note(await ask({ channel: '/meta/connect', clientId, connectionType: 'long-polling' }), heard);
  })();
  return {
    heard,
    close: async () => {
      open = false;
      await ask({ channel: '/meta/disconnect', clientId });
      // the answer to its last poll is that the client is unknown
      await polling.catch(() => undefined);
    },
  };
}

/** Publishes one reading and waits until every subscriber has heard of it. */
async function publish(
  { cloud }: RunningCirrus,
  device: MqttClient,
  value: number,
  subscribers: readonly Subscriber[],
  patience = PATIENCE_MS,
): Promise<number | undefined> {
  const sent = performance.now();
  await device.publishAsync('s/us', `200,c8y_Bench,T,${value}`, { qos: 1 });
  while (subscribers.some(({ heard }) => !heard.has(value))) {
    if (performance.now() - sent > patience) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await cloud.idle();
  return (subscribers[0]?.heard.get(value) ?? sent) - sent;
}

async function measure(cirrus: RunningCirrus, device: MqttClient, way: Way): Promise<Measured> {
  const { cloud } = cirrus;
  const subscribers: Subscriber[] = [];
  const subscribe = way.transport === 'WebSocket' ? byWebSocket : byPolling;
  for (let index = 0; index < way.subscribers; index++) subscribers.push(await subscribe(cirrus, userName(index)));
  // publishes until every function knows that somebody listens
  for (let value = -1; (await publish(cirrus, device, value, subscribers, 500)) === undefined; value--);
  const before = cloud.meter.snapshot();
  const latencies: number[] = [];
  for (let value = 1; value <= way.readings; value++) {
    const latency = await publish(cirrus, device, value, subscribers);
    if (latency === undefined) throw new Error(`a subscriber did not hear of reading ${value}`);
    if (subscribers.length > 0) latencies.push(latency);
  }
  const { lines, dollars } = cloud.meter.costs(usageBetween(before, cloud.meter.snapshot()));
  const services = new Map<string, number>();
  for (const line of lines) {
    services.set(line.service, (services.get(line.service) ?? 0) + (line.dollars / way.readings) * MILLION);
  }
  await Promise.all(subscribers.map((subscriber) => subscriber.close()));
  await cloud.idle();
  return {
    ...way,
    dollarsPerMillion: (dollars / way.readings) * MILLION,
    services,
    latencies: latencies.toSorted((a, b) => a - b),
  };
}

/** Creates ten users, because each may have only ten connections to a channel. */
async function addUsers(cirrus: RunningCirrus): Promise<void> {
  const { clock } = cirrus;
  const client = new DynamoDBClient(cirrus.cloud.clientConfiguration);
  const registry = new Table(client, tableName(cirrus, 'RegistryTable'));
  const credentials = new Credentials({ registry, clock }, async () => clock.randomBytes(32));
  for (let index = 0; index < USERS * CONNECTIONS_PER_USER; index += CONNECTIONS_PER_USER) {
    const user = { userName: userName(index), password: PASSWORD, kind: 'human', roles: ['reader'] } as const;
    const created = await credentials.createUser(OWN_CLOUD.tenant, user);
    if (!created.ok) throw new Error(created.error.reason);
  }
  client.destroy();
}

async function measureAll(progress: (line: string) => void): Promise<Measured[]> {
  const cirrus = await startBenchCloud();
  try {
    await addUsers(cirrus);
    const measured: Measured[] = [];
    for (const way of WAYS) {
      progress(`${way.readings} readings, ${way.subscribers} subscribers by ${way.transport}`);
      const clientId = `realtime-${measured.length}`;
      const device = await connectAsync(cirrus.endpoints.mqtt, { ...BENCH_LOGIN, clientId, reconnectPeriod: 0 });
      measured.push(await measure(cirrus, device, way));
      await device.endAsync();
      // the subscriptions of this way end before the next one begins
      cirrus.clock.advance(10 * 60_000);
      cirrus.cloud.wake();
    }
    return measured;
  } finally {
    await cirrus.close();
  }
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

function tableOf(all: readonly Measured[]): string {
  const ms = ({ latencies }: Measured, part: number): string =>
    latencies.length === 0 ? '' : `${formatNumber(quantile(latencies, part), 1)} ms`;
  return table(
    [
      { title: 'transport', align: 'left' },
      ...['subscribers', ...SERVICES, 'sum', 'p50', 'p99'].map((title) => ({ title })),
    ],
    all.map((one) => [
      one.transport,
      formatNumber(one.subscribers),
      ...SERVICES.map((service) => `$${formatNumber(one.services.get(service) ?? 0, 2)}`),
      `$${formatNumber(one.dollarsPerMillion, 2)}`,
      ms(one, 0.5),
      ms(one, 0.99),
    ]),
  );
}

/** What real-time subscribers cost, and how soon they hear of a reading. */
export const realtimeBench: Bench = {
  name: 'realtime',
  title:
    'Real-time notifications: dollars per million readings, one reading a publish, and the time from PUBLISH to the notification',
  run: async (progress) => {
    const all = await measureAll(progress);
    const [nobody, one] = all;
    const checks: Check[] = [
      {
        what: 'dollars of API Gateway per million readings nobody listens to',
        value: nobody?.services.get('API Gateway') ?? 0,
        unit: '',
        target: { is: 'exactly', value: 0 },
      },
      {
        what: 'PUBLISH to notification by WebSocket, p50',
        value: quantile(one?.latencies ?? [], 0.5),
        unit: 'ms',
        target: { is: 'at most', value: 500 },
      },
    ];
    const figures = all.map(({ services, latencies, ...way }) => ({
      ...way,
      services: Object.fromEntries(services),
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
    }));
    return { text: tableOf(all), checks, figures };
  },
};
