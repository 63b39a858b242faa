import { type Metric, type Usage, unitsOf, usageBetween } from '@cirrus/local-aws';
import { connectAsync, type MqttClient } from 'mqtt';
import type { RunningCirrus } from '../local/cirrus';
import { formatNumber, table } from '../local/table';
import { BENCH_LOGIN, startBenchCloud } from './cloud';
import { ReadBack } from './read-back';
import { payloadsOf, readingsOf } from './readings';
import type { Bench, Check } from './report';

/** What one way of publishing used, summed over all publishes. */
interface Bill {
  readonly rows: number;
  readonly readings: number;
  readonly publishes: number;
  readonly usage: Usage;
  readonly dollars: number;
  /** Dollars by service. */
  readonly services: ReadonlyMap<string, number>;
}

const MILLION = 1_000_000;
/** Rows per publish, and how many publishes are metered. */
const WAYS: readonly { readonly rows: number; readonly publishes: number }[] = [
  { rows: 1, publishes: 100 },
  { rows: 20, publishes: 40 },
  { rows: 200, publishes: 12 },
];
const WARM_PUBLISHES = 3;
const SERVICES = ['IoT Core', 'Lambda', 'DynamoDB'] as const;

/** Publishes one after the other to one warm function instance. The first few publishes are not metered. */
async function bill(cirrus: RunningCirrus, readBack: ReadBack, rows: number, publishes: number): Promise<Bill> {
  const { cloud, clock, endpoints } = cirrus;
  const serial = `cost-${rows}`;
  const readings = readingsOf(serial, (WARM_PUBLISHES + publishes) * rows, clock.now());
  const payloads = payloadsOf(readings, rows);
  const device = await connectAsync(endpoints.mqtt, { ...BENCH_LOGIN, clientId: serial, reconnectPeriod: 0 });
  try {
    await publishEach(cirrus, device, payloads.slice(0, WARM_PUBLISHES));
    const before = cloud.meter.snapshot();
    await publishEach(cirrus, device, payloads.slice(WARM_PUBLISHES));
    const usage = usageBetween(before, cloud.meter.snapshot());
    await readBack.expect(serial, readings);
    const { lines, dollars } = cloud.meter.costs(usage);
    const services = new Map<string, number>();
    for (const line of lines) services.set(line.service, (services.get(line.service) ?? 0) + line.dollars);
    return { rows, readings: rows * publishes, publishes, usage, dollars, services };
  } finally {
    await device.endAsync();
    await cloud.idle();
  }
}

async function publishEach({ cloud }: RunningCirrus, device: MqttClient, payloads: readonly string[]): Promise<void> {
  for (const payload of payloads) {
    await device.publishAsync('s/us', payload, { qos: 1 });
    await cloud.idle();
  }
}

async function bills(progress: (line: string) => void): Promise<Bill[]> {
  const cirrus = await startBenchCloud();
  const readBack = new ReadBack(cirrus);
  try {
    const done: Bill[] = [];
    for (const { rows, publishes } of WAYS) {
      progress(`${publishes} publishes of ${rows} rows`);
      done.push(await bill(cirrus, readBack, rows, publishes));
    }
    return done;
  } finally {
    readBack.close();
    await cirrus.close();
  }
}

/** Units of one metric per publish. */
const each = ({ usage, publishes }: Bill, metric: Metric): number => unitsOf(usage, metric) / publishes;
const perMillion = ({ readings }: Bill, amount: number): number => (amount / readings) * MILLION;
const dollarsEach = (one: Bill, amount: number): string => `$${formatNumber(perMillion(one, amount), 3)}`;

function unitsTable(all: readonly Bill[]): string {
  const perMillionOf = (one: Bill, metric: Metric): string => formatNumber(perMillion(one, unitsOf(one.usage, metric)));
  return table(
    ['rows per publish', 'WRU/publish', 'RRU/publish', 'invocations/M', 'WRU/M', 'RRU/M', 'messages/M', 'GB-s/M'].map(
      (title) => ({ title }),
    ),
    all.map((one) => [
      formatNumber(one.rows),
      formatNumber(each(one, 'dynamodbWriteUnits'), 2),
      formatNumber(each(one, 'dynamodbReadUnits'), 2),
      perMillionOf(one, 'lambdaRequests'),
      perMillionOf(one, 'dynamodbWriteUnits'),
      perMillionOf(one, 'dynamodbReadUnits'),
      perMillionOf(one, 'iotMessages'),
      perMillionOf(one, 'lambdaGbSeconds'),
    ]),
  );
}

function dollarsTable(all: readonly Bill[]): string {
  return table(
    ['rows per publish', ...SERVICES, 'sum', 'to 1 row'].map((title) => ({ title })),
    all.map((one) => [
      formatNumber(one.rows),
      ...SERVICES.map((service) => dollarsEach(one, one.services.get(service) ?? 0)),
      dollarsEach(one, one.dollars),
      `${formatNumber(perMillion(one, one.dollars) / (all[0] ? perMillion(all[0], all[0].dollars) : 1), 3)}x`,
    ]),
  );
}

const TARGETS: readonly (readonly [rows: number, metric: Metric, what: string, target: Check['target']])[] = [
  [1, 'dynamodbWriteUnits', 'write units of a warm 200 row', { is: 'exactly', value: 1 }],
  [1, 'dynamodbReadUnits', 'read units of a warm 200 row', { is: 'exactly', value: 0 }],
  [20, 'dynamodbWriteUnits', 'write units of 20 rows in a publish', { is: 'exactly', value: 1 }],
  [200, 'dynamodbWriteUnits', 'write units of 200 rows in a publish', { is: 'at most', value: 4 }],
];

/** What a million readings use and cost while all functions are warm. */
export const costBench: Bench = {
  name: 'cost',
  title: 'Cost per million readings: us-east-1, no free tier, warm, QoS 1, no answers; M = million readings',
  run: async (progress) => {
    const all = await bills(progress);
    const checks = TARGETS.flatMap(([rows, metric, what, target]): Check[] =>
      all.filter((one) => one.rows === rows).map((one) => ({ what, value: each(one, metric), unit: '', target })),
    );
    const figures = all.map((one) => ({
      rowsPerPublish: one.rows,
      writeUnitsPerPublish: each(one, 'dynamodbWriteUnits'),
      readUnitsPerPublish: each(one, 'dynamodbReadUnits'),
      invocationsPerMillion: perMillion(one, unitsOf(one.usage, 'lambdaRequests')),
      dollarsPerMillion: perMillion(one, one.dollars),
      services: Object.fromEntries([...one.services].map(([name, dollars]) => [name, perMillion(one, dollars)])),
    }));
    return { text: `${unitsTable(all)}\n\n${dollarsTable(all)}`, checks, figures };
  },
};
