import type { Route } from './apigateway/http/routes';
import type { Clock } from './clock';
import type { Dynamodb } from './dynamodb/dynamodb';
import type { ServiceEndpoint } from './endpoint/service-endpoint';
import type { EventBridgeService } from './eventbridge/event-bridge-api';
import type { Iam } from './iam/iam';
import type { AuthorizerResource, DomainConfigurationResource, TopicRuleResource } from './iot/iot-resources';
import type { EventSourceMapping } from './lambda/event-source-mapping';
import type { LambdaService } from './lambda/functions';
import type { Scheduler } from './scheduler';
import type { SqsService } from './sqs/sqs-api';
import type { SsmService } from './ssm/ssm-api';
import type { TemplateObject } from './template/template';

/** The IoT resources of the template, collected until the broker is made of them. */
export interface CollectedIot {
  readonly authorizers: AuthorizerResource[];
  readonly domainConfigurations: DomainConfigurationResource[];
  readonly rules: TopicRuleResource[];
}

/** The parts of an HTTP API, collected until its server is made of them. */
export interface CollectedHttpApi {
  readonly name: string;
  stage: string;
  /** Integration id → function ARN. */
  readonly integrations: Map<string, string>;
  readonly routes: Route[];
}

/** The parts of a WebSocket API, likewise. */
export interface CollectedWebSocketApi {
  readonly name: string;
  stage: string;
  readonly integrations: Map<string, string>;
  /** Route key → function ARN. */
  readonly routes: Map<string, string>;
  responds: boolean;
}

/** Everything resource factories build with. */
export interface Services {
  readonly region: string;
  readonly account: string;
  readonly stackName: string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly iam: Iam;
  readonly lambda: LambdaService;
  readonly sqs: SqsService;
  readonly ssm: SsmService;
  readonly eventBridge: EventBridgeService;
  readonly dynamodb: Dynamodb;
  readonly endpoint: ServiceEndpoint;
  readonly assets: ReadonlyMap<string, string>;
  readonly mappings: EventSourceMapping[];
  readonly iot: CollectedIot;
  readonly httpApis: Map<string, CollectedHttpApi>;
  readonly webSocketApis: Map<string, CollectedWebSocketApi>;
  /** Batches of one event source mapping that may be with its function at the same time. */
  readonly concurrency: number;
  /** Where clients find what has a host name. */
  readonly host: string;
  onLog(source: string, line: string): void;
}

/** One resource to be made. */
export interface ResourceInput {
  readonly logicalId: string;
  readonly type: string;
  /** Resolved: no intrinsic is left. */
  readonly properties: TemplateObject;
  readonly services: Services;
}
