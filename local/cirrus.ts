import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DATA_NAMES, EmbeddedCloud, type IotEvent, makeOwnerOnly, readAssembly } from '@cirrus/local-aws';
import { type SynthesisOptions, synthesize } from '../cdk/synthesize';
import { defined } from '../lib/base/defined';
import type { Endpoints } from './announce';
import { CERTIFICATE_NAMES, localCertificates } from './certificates';
import { HostClock } from './clock';
import type { LocalOptions } from './options';
import { seed } from './seed';

/** What a host hears while Cirrus runs. */
export interface CirrusHooks {
  /** A line that a function wrote. */
  onLog?(functionName: string, line: string): void;
  /** What MQTT clients and rules did. */
  onEvent?(event: IotEvent): void;
}

/** Settings for tests, benches and examples. */
export interface CirrusSettings {
  /** Folder of the certificates. Default: the data folder, or `.cirrus` when there is none. */
  readonly certificateDir?: string;
  /** CDK context, as `cdk synth -c key=value` gives it. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Adds the caller's own constructs to the stack before it is synthesized. */
  readonly extend?: SynthesisOptions['extend'];
  /** Milliseconds before the two retries of an asynchronous invocation. AWS waits one and two minutes. */
  readonly retryDelays?: readonly [number, number];
  /** PUBLISH packets per second and connection, in and out together. AWS allows 100. */
  readonly connectionPublishesPerSecond?: number;
  /** Most instances of one function. Default 4. */
  readonly concurrency?: number;
  /** `INFO` is what is deployed. `DEBUG` logs one line per publish as well. Default `DEBUG`. */
  readonly logLevel?: 'DEBUG' | 'INFO';
}

/** The whole stack, running in this process. */
export interface RunningCirrus {
  readonly cloud: EmbeddedCloud;
  readonly clock: HostClock;
  readonly endpoints: Endpoints;
  /** Path of the CA's certificate. */
  readonly caFile: string;
  close(): Promise<void>;
}

/** Instances of the real-time function. Each long-polling client keeps one of them waiting. */
const POLLING_CLIENTS = 24;

/** A busy machine loads a function more slowly than AWS, which gives an authorizer five seconds. */
const AUTHORIZER_TIMEOUT_MS = 20_000;

/** Synthesizes the stack, runs it, and creates the tenant with its administrator. */
export async function startCirrus(
  options: LocalOptions,
  hooks: CirrusHooks = {},
  settings: CirrusSettings = {},
): Promise<RunningCirrus> {
  // Node 20 is supported here; without this the SDK prints a notice that it will drop Node 20
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const clock = new HostClock();
  const certificateDir = resolve(settings.certificateDir ?? options.dataDir ?? '.cirrus');
  for (const folder of new Set([certificateDir, resolve(options.dataDir ?? certificateDir)])) {
    if (!makeOwnerOnly(folder, [...CERTIFICATE_NAMES, ...DATA_NAMES])) continue;
    hooks.onLog?.('data', `${folder} was open to others, and is now for its owner only`);
  }
  const tls = await localCertificates(certificateDir, clock.now());
  const outdir = await mkdtemp(join(tmpdir(), 'cirrus-'));
  const { context, extend } = settings;
  // `cdk synth` and `cdk deploy` check the template; a local start does not wait for that
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
      // the emulator target has no authorizer, so everybody may connect, as on an emulator
      open: settings.context?.target === 'emulator',
      authorizerTimeout: AUTHORIZER_TIMEOUT_MS,
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
