import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EmbeddedCloud, type IotEvent, readAssembly } from '@cirrus/local-aws';
import { type SynthesisOptions, synthesize } from '../cdk/synthesize';
import { defined } from '../lib/base/defined';
import type { Endpoints } from './announce';
import { localCertificates } from './certificates';
import { HostClock } from './clock';
import type { LocalOptions } from './options';
import { seed } from './seed';

export interface CirrusHooks {
  /** A line a function wrote. */
  onLog?(functionName: string, line: string): void;
  onEvent?(event: IotEvent): void;
}

export interface CirrusSettings {
  /** Folder of the certificates. Default: the data folder, `.cirrus` without one. */
  readonly certificateDir?: string;
  /** Keys as of `cdk synth -c key=value`. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Adds the caller's own constructs to the stack before it is synthesized. */
  readonly extend?: SynthesisOptions['extend'];
  /** Milliseconds before the retries of an asynchronous invocation; AWS waits one and two minutes. */
  readonly retryDelays?: readonly [number, number];
  /** PUBLISH packets per second and connection, in and out; AWS allows 100. */
  readonly connectionPublishesPerSecond?: number;
  /** Instances per function at most. Default 4. */
  readonly concurrency?: number;
  /** What functions log; `INFO` as deployed, `DEBUG` (default) with one line per publish. */
  readonly logLevel?: 'DEBUG' | 'INFO';
}

/** The whole stack, running in this process. */
export interface RunningCirrus {
  readonly cloud: EmbeddedCloud;
  readonly clock: HostClock;
  readonly endpoints: Endpoints;
  /** File name of the CA's certificate. */
  readonly caFile: string;
  close(): Promise<void>;
}

/** Each long-polling client keeps one instance of its function waiting. */
const POLLING_CLIENTS = 24;

/** Synthesizes the stack, runs it, and makes the tenant with its administrator. */
export async function startCirrus(
  options: LocalOptions,
  hooks: CirrusHooks = {},
  settings: CirrusSettings = {},
): Promise<RunningCirrus> {
  // Node 20 is supported here; the SDK's notice about its own next year would stand between the lines to read
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const clock = new HostClock();
  const outdir = await mkdtemp(join(tmpdir(), 'cirrus-'));
  const tls = await localCertificates(resolve(settings.certificateDir ?? options.dataDir ?? '.cirrus'), clock.now());
  const { context, extend } = settings;
  // `cdk synth` and `cdk deploy` check the template; a start should not wait for it
  synthesize(defined({ outdir, validate: false, context, extend }));
  const cloud = await EmbeddedCloud.start({
    assembly: readAssembly(outdir),
    host: options.host,
    ports: options.ports,
    tls,
    clock,
    preload: fileURLToPath(new URL('./worker-preload.mjs', import.meta.url)),
    preloadData: { buffer: clock.buffer, logLevel: settings.logLevel ?? 'DEBUG' },
    ...defined({
      dataDir: options.dataDir === undefined ? undefined : resolve(options.dataDir),
      dynamodbEndpoint: options.dynamodbEndpoint,
      concurrency: settings.concurrency,
      retryDelays: settings.retryDelays,
    }),
    iot: {
      // without an authorizer to ask, the broker is as open as an emulator's
      open: settings.context?.target === 'emulator',
      ...defined({ connectionPublishesPerSecond: settings.connectionPublishesPerSecond }),
    },
    functionConcurrency: { 'cirrus-realtime': POLLING_CLIENTS },
    ...hooks,
  });
  const client = new DynamoDBClient(cloud.clientConfiguration);
  await seed({ client, registryTable: outputOf(cloud, 'RegistryTable'), clock }, options);
  client.destroy();
  return {
    cloud,
    clock,
    endpoints: endpointsOf(cloud, options.host),
    caFile: tls.caFile,
    close: async () => {
      await cloud.close();
      await rm(outdir, { recursive: true, force: true });
    },
  };
}

function outputOf({ outputs }: EmbeddedCloud, name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new Error(`the template has no output ${name}`);
  return value;
}

function endpointsOf({ ports }: EmbeddedCloud, host: string): Endpoints {
  const url = (scheme: string, port: number | undefined, path = ''): string => {
    if (port === undefined) throw new Error(`nothing listens for ${scheme}`);
    return `${scheme}://${host}:${port}${path}`;
  };
  return {
    mqtt: url('mqtt', ports.mqtt),
    mqtts: url('mqtts', ports.mqtts),
    ws: url('ws', ports.ws, '/mqtt'),
    wss: url('wss', ports.wss, '/mqtt'),
    http: url('http', ports.http),
    https: url('https', ports.https),
  };
}
