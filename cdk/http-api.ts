import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DUE_INDEX, LIST_INDEX } from '../lib/storage/keys';
import type { DeliveryQueue } from './delivery';
import { CirrusFunction, type FunctionSettings } from './function';
import type { Secrets } from './secrets';
import { READ_ACTIONS, type Tables, WRITE_ACTIONS } from './tables';

export interface HttpApiProps {
  readonly settings: FunctionSettings;
  readonly tables: Tables;
  readonly secrets: Secrets;
  readonly deliveryQueue: DeliveryQueue;
  /** Requests per second all tenants together may make, and how many at once above it. */
  readonly throttle: { readonly rate: number; readonly burst: number };
}

const ACCESS_LOG = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  bytes: '$context.responseLength',
  latency: '$context.responseLatency',
  error: '$context.integrationErrorMessage',
};

/** The REST API: every request goes to one function, which routes and authenticates. */
export class HttpApi extends Construct {
  readonly function: CirrusFunction;
  /** `https://<host>`, without a path. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    this.function = this.makeFunction(props);
    const api = new CfnApi(this, 'Api', {
      name: `${props.settings.namePrefix}-rest`,
      description: 'Cirrus: Cumulocity REST API',
      protocolType: 'HTTP',
    });
    const integration = new CfnIntegration(this, 'Integration', {
      apiId: api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: this.function.lambda.functionArn,
      payloadFormatVersion: '2.0',
      timeoutInMillis: 30_000,
    });
    const route = new CfnRoute(this, 'Route', {
      apiId: api.ref,
      routeKey: '$default',
      target: `integrations/${integration.ref}`,
    });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The function authenticates every request itself: tenants, users and roles are its data.',
    });
    this.addStage(api, props);
    this.allowInvocation(api);
    this.url = api.attrApiEndpoint;
  }

  private makeFunction({ settings, tables, secrets, deliveryQueue }: HttpApiProps): CirrusFunction {
    const made = new CirrusFunction(this, 'Rest', {
      settings,
      name: 'api',
      description: 'Cirrus: the Cumulocity REST API',
      memory: 512,
      // API Gateway gives up after 30 s; ending before it leaves room for an answer
      timeout: Duration.seconds(29),
      environment: {
        REGISTRY_TABLE: tables.registry.tableName,
        TELEMETRY_TABLE: tables.telemetry.tableName,
        DELIVERY_QUEUE_URL: deliveryQueue.queue.queueUrl,
        HASH_KEY_PARAMETER: secrets.hashKeyParameter,
      },
    });
    tables.allowRegistry(made, [...READ_ACTIONS, ...WRITE_ACTIONS], [LIST_INDEX, DUE_INDEX]);
    tables.allowTelemetry(made, [...READ_ACTIONS, ...WRITE_ACTIONS]);
    deliveryQueue.allowRequests(made);
    secrets.allowHashKey(made);
    return made;
  }

  private addStage(api: CfnApi, { settings, throttle }: HttpApiProps): void {
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetention,
      removalPolicy: settings.removalPolicy,
    });
    new CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: { destinationArn: accessLogs.logGroupArn, format: JSON.stringify(ACCESS_LOG) },
      defaultRouteSettings: { throttlingRateLimit: throttle.rate, throttlingBurstLimit: throttle.burst },
    });
  }

  private allowInvocation(api: CfnApi): void {
    const { account } = Stack.of(this);
    this.function.lambda.addPermission('Invocation', {
      scope: this,
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: Stack.of(this).formatArn({ service: 'execute-api', resource: api.ref, resourceName: '*/*' }),
      sourceAccount: account,
    });
  }
}
