import { ApiGatewayService } from './apigateway/api-gateway-service';
import { CloudFormationService } from './cloudformation/cloud-formation-service';
import { CloudFrontService } from './cloudfront/cloud-front-service';
import { DynamodbService } from './dynamodb/dynamodb-service';
import { EventBridgeService } from './eventbridge/event-bridge-service';
import { Iam } from './iam/iam';
import { IamService } from './iam/iam-service';
import { inertService } from './inert/inert-service';
import { IotService } from './iot/iot-service';
import type { Journal } from './journal';
import { LambdaService } from './lambda/lambda-service';
import type { Meter } from './meter/meter';
import type { EmbeddedCloudOptions } from './options';
import type { Scheduler } from './scheduler';
import type { Service } from './service';
import { SqsService } from './sqs/sqs-service';
import { SsmService } from './ssm/ssm-service';
import type { StackIdentity } from './template/resource-type';

/** What the cloud gives to its services. */
interface CloudFrame {
  readonly options: EmbeddedCloudOptions;
  readonly stack: StackIdentity;
  readonly host: string;
  /** The access key of the host process, which may do everything. */
  readonly rootAccessKeyId: string;
  readonly endpointUrl: string;
  readonly meter: Meter;
  readonly scheduler: Scheduler;
  readonly journal: Journal;
}

/** All services, and those that the host reaches by more than the contract. */
export interface ComposedServices {
  /** A service stands before those it depends on. They are opened, waited for and closed in this order. */
  readonly all: readonly Service[];
  readonly lambda: LambdaService;
  readonly sqs: SqsService;
}

/** Instances per function, and batches per event source mapping, unless the options say so. */
const CONCURRENCY = 4;
const RETRY_DELAYS: readonly [number, number] = [1_000, 2_000];

/** Makes every service there is and gives each what it needs of others. A new service is one more entry. */
export function composeServices({ options, rootAccessKeyId, ...frame }: CloudFrame): ComposedServices {
  const { clock, assembly, dataDir, dynamodbEndpoint, functionConcurrency = {} } = options;
  const { concurrency = CONCURRENCY, retryDelays = RETRY_DELAYS } = options;
  const iam = new Iam(rootAccessKeyId);
  const onLog = (source: string, line: string): void => options.onLog?.(source, line);
  const common = { ...frame, clock, access: iam, onLog };
  const sqs = new SqsService(common);
  const lambda = new LambdaService({
    ...common,
    roleKeys: iam,
    queues: sqs.queues,
    assets: assembly.assets,
    concurrency,
    functionConcurrency,
    retryDelays,
    ...(options.preload === undefined ? {} : { preload: options.preload }),
    preloadData: options.preloadData,
  });
  const { functions } = lambda;
  const calling = { ...common, invoker: functions, queues: sqs.queues };
  const apiGateway = new ApiGatewayService(calling);
  const all = [
    new CloudFrontService(apiGateway),
    apiGateway,
    new IotService({
      ...calling,
      backlog: functions.backlog,
      options: { authorizerCalls: concurrency, ...options.iot },
      onEvent: options.onEvent,
    }),
    new EventBridgeService(calling),
    new CloudFormationService(calling),
    lambda,
    sqs,
    new SsmService(common),
    new DynamodbService({ ...common, dataDir, dynamodbEndpoint }),
    new IamService(iam),
    inertService,
  ];
  return { all, lambda, sqs };
}

/** The resource types of all services together. Raises an error when two claim the same one. */
export function resourceTypesOf(services: readonly Service[]): Service['resources'] {
  const types = new Map<string, Service['resources'][string]>();
  for (const { name, resources } of services) {
    for (const [type, resourceType] of Object.entries(resources)) {
      if (types.has(type)) throw new Error(`${name} claims ${type}, which another service makes`);
      types.set(type, resourceType);
    }
  }
  return Object.fromEntries(types);
}
