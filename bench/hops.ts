import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import type { RunningCirrus } from '../local/cirrus';
import { environment } from './bundles';
import { BENCH_LOGIN, startBenchCloud, tableName } from './cloud';
import type { Bench } from './report';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DEVICE = 'hops';
const MOST_FILES = 20;
/**
 * Files that run with a row but are not on its way: basic types, the log line, availability, and the listeners of
 * changes. They are printed, but nobody opens them to follow the row.
 */
const BESIDE = /^lib\/(base|changes|platform\/availability)\/|^lib\/mqtt\/log-report\.ts$/;
/** The way ends in the storage room, which counts as one file. */
const STORED = /^lib\/storage\//;

interface ExternalId {
  readonly managedObject: { readonly id: string };
}

type Handler = (event: unknown) => Promise<void>;

/** Sets the variables that the function has on AWS, because here it runs in this process. */
function becomeFunction(cirrus: RunningCirrus): void {
  const { endpoint, region, credentials } = cirrus.cloud.clientConfiguration;
  Object.assign(process.env, environment(), {
    PATH: process.env.PATH,
    REGISTRY_TABLE: tableName(cirrus, 'RegistryTable'),
    TELEMETRY_TABLE: tableName(cirrus, 'TelemetryTable'),
    IOT_ENDPOINT: '',
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    POWERTOOLS_LOG_LEVEL: 'ERROR',
  });
}

/** Connects once, which claims the client ID, and creates the device. */
async function createDevice({ endpoints }: RunningCirrus): Promise<void> {
  const device = await mqtt.connectAsync(endpoints.mqtt, { ...BENCH_LOGIN, clientId: DEVICE });
  await device.publishAsync('s/us', '100,Hops,c8y_Hops', { qos: 1 });
  await device.endAsync();
}

async function rest<T>({ endpoints }: RunningCirrus, path: string, body?: object): Promise<T> {
  const login = Buffer.from(`${BENCH_LOGIN.username}:${BENCH_LOGIN.password}`).toString('base64');
  const response = await fetch(`${endpoints.http}${path}`, {
    headers: { authorization: `Basic ${login}`, 'content-type': 'application/json', accept: 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function createOperations(cirrus: RunningCirrus, count: number): Promise<void> {
  await cirrus.cloud.idle();
  const { managedObject } = await rest<ExternalId>(cirrus, `/identity/externalIds/c8y_Serial/${DEVICE}`);
  for (let made = 0; made < count; made++) {
    await rest(cirrus, '/devicecontrol/operations', { deviceId: managedObject.id, c8y_Restart: {} });
  }
}

let sent = 0;
const publish = (handler: Handler, row: string): Promise<void> =>
  handler({
    payload: Buffer.from(row).toString('base64'),
    topic: 's/us',
    clientId: DEVICE,
    receivedAt: Date.now(),
    messageId: `00000000-0000-4000-8000-${String(++sent).padStart(12, '0')}`,
  });

/** The repository's files in which a function ran while the handler took a row, sorted. */
async function filesOf(session: Session, handler: Handler, row: string): Promise<string[]> {
  await session.post('Profiler.takePreciseCoverage');
  await publish(handler, row);
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const ran = result.filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0));
  return ran
    .map(({ url }) => (url.startsWith('file:') ? relative(ROOT, fileURLToPath(url.split('?')[0] ?? url)) : url))
    .filter((file) => /^(lib|functions)\//.test(file))
    .sort();
}

async function measure(cirrus: RunningCirrus): Promise<ReadonlyMap<string, readonly string[]>> {
  await createDevice(cirrus);
  await createOperations(cirrus, 2);
  becomeFunction(cirrus);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const { handler } = await import('../functions/ingest');
  // the first row of each kind is cold: it reads what later ones find in a cache
  for (const row of ['200,T,T,1', '500', '501,c8y_Restart', '503,c8y_Restart', '501,c8y_Restart'])
    await publish(handler, row);
  const files = new Map([
    ['200', await filesOf(session, handler, '200,T,T,2')],
    ['503', await filesOf(session, handler, '503,c8y_Restart')],
  ]);
  session.disconnect();
  return files;
}

const onTheWay = (files: readonly string[]): readonly string[] => [
  ...files.filter((file) => !BESIDE.test(file) && !STORED.test(file)),
  `lib/storage/ (${files.filter((file) => STORED.test(file)).length} files)`,
];

function describeWay(row: string, files: readonly string[]): string {
  const beside = files.filter((file) => BESIDE.test(file));
  const way = onTheWay(files);
  return `${row}: ${way.length} files on its way\n  ${way.join('\n  ')}\n${beside.length} beside it: ${beside.join(', ')}`;
}

/** How many files a reader opens to follow a row from the handler to storage: those in which a function runs. */
export const hopsBench: Bench = {
  name: 'hops',
  title: 'Files a warm row runs through, from the handler to what is stored',
  async run() {
    const cirrus = await startBenchCloud();
    try {
      const files = await measure(cirrus);
      return {
        text: [...files].map(([row, names]) => describeWay(row, names)).join('\n\n'),
        checks: [...files].map(([row, names]) => ({
          what: `files on the way of a ${row} row`,
          value: onTheWay(names).length,
          unit: '',
          target: { is: 'at most' as const, value: MOST_FILES },
        })),
        figures: Object.fromEntries(files),
      };
    } finally {
      await cirrus.close();
    }
  },
};
