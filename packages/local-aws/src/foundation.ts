import { join } from 'node:path';
import type { Dynamodb } from './dynamodb/dynamodb';
import { EmbeddedDynamodb } from './dynamodb/embedded-dynamodb';
import { RemoteDynamodb } from './dynamodb/remote-dynamodb';
import type { SigningKey } from './dynamodb/signed-request';
import { type AwsJsonService, serveAwsJson } from './endpoint/aws-json';
import { ServiceEndpoint } from './endpoint/service-endpoint';
import { EventBridgeService } from './eventbridge/event-bridge-api';
import { Iam } from './iam/iam';
import { iotControl } from './iot/control-plane/control-plane';
import { LambdaService } from './lambda/functions';
import { invokeApi } from './lambda/invoke-api';
import { Meter } from './meter/meter';
import type { EmbeddedCloudOptions } from './options';
import { Scheduler } from './scheduler';
import type { CollectedIot, Services } from './services';
import { SqsService } from './sqs/sqs-api';
import { SsmService } from './ssm/ssm-api';
import { newUuid } from './uuid';

/** The services before any resource is in them. */
export interface Foundation {
  readonly services: Services;
  readonly meter: Meter;
  readonly rootAccessKeyId: string;
  closeDatabase(): Promise<void>;
}

const HOST = '127.0.0.1';
const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const CONCURRENCY = 4;
const RETRY_DELAYS: readonly [number, number] = [1_000, 2_000];

/** Starts the endpoint and the empty services behind it. */
export async function startFoundation(options: EmbeddedCloudOptions): Promise<Foundation> {
  const { clock, region = REGION, account = ACCOUNT, host = HOST, concurrency = CONCURRENCY } = options;
  const onLog = (source: string, line: string): void => options.onLog?.(source, line);
  const scheduler = new Scheduler(clock);
  const meter = new Meter();
  const rootAccessKeyId = `ROOT${newUuid(clock).replaceAll('-', '').slice(0, 16).toUpperCase()}`;
  const iam = new Iam(rootAccessKeyId);
  const endpoint = new ServiceEndpoint((accessKeyId) => iam.isKnown(accessKeyId));
  await endpoint.listen(host);
  const dynamodb = database(options, { iam, meter, region, account });
  const sqs = new SqsService(iam, meter, scheduler);
  const ssm = new SsmService(iam, clock, `arn:aws:ssm:${region}:${account}:`);
  const eventBridge = new EventBridgeService({ iam, meter, clock, region, account });
  const iot: CollectedIot = { authorizers: [], domainConfigurations: [], rules: [] };
  mount(endpoint, { dynamodb, sqs, ssm, events: eventBridge });
  const arnPrefix = `arn:aws:iot:${region}:${account}:`;
  endpoint.mount('iot', iotControl({ iam, arnPrefix, host, domainConfigurations: iot.domainConfigurations }));
  const lambda = new LambdaService({
    clock,
    scheduler,
    meter,
    account,
    concurrency,
    functionConcurrency: options.functionConcurrency ?? {},
    retryDelays: options.retryDelays ?? RETRY_DELAYS,
    ...(options.preload === undefined ? {} : { preload: options.preload }),
    preloadData: options.preloadData,
    onLog,
  });
  endpoint.mount('lambda', invokeApi({ lambda, iam, arnPrefix: `arn:aws:lambda:${region}:${account}:function:` }));
  const { stackName, assets } = options.assembly;
  const services: Services = {
    region,
    account,
    stackName,
    clock,
    scheduler,
    iam,
    lambda,
    sqs,
    ssm,
    eventBridge,
    dynamodb,
    endpoint,
    assets,
    concurrency,
    host,
    mappings: [],
    iot,
    httpApis: new Map(),
    webSocketApis: new Map(),
    onLog,
  };
  return { services, meter, rootAccessKeyId, closeDatabase: () => dynamodb.close() };
}

function database(
  { dataDir, dynamodbEndpoint, clock }: EmbeddedCloudOptions,
  shared: { iam: Iam; meter: Meter; region: string; account: string },
): Dynamodb {
  if (dynamodbEndpoint !== undefined) {
    return new RemoteDynamodb({ ...shared, clock, endpoint: dynamodbEndpoint, key: hostKey(process.env) });
  }
  return new EmbeddedDynamodb({ ...shared, ...(dataDir === undefined ? {} : { path: join(dataDir, 'dynamodb') }) });
}

/** The key that the host has for the other DynamoDB; DynamoDB Local takes any. */
function hostKey({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN }: NodeJS.ProcessEnv): SigningKey {
  return {
    accessKeyId: AWS_ACCESS_KEY_ID ?? 'local',
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? 'local',
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}

function mount(endpoint: ServiceEndpoint, jsonServices: Readonly<Record<string, AwsJsonService>>): void {
  for (const [signingName, service] of Object.entries(jsonServices)) {
    endpoint.mount(signingName, (accessKeyId, request, response) =>
      serveAwsJson(service, accessKeyId, request, response),
    );
  }
}
