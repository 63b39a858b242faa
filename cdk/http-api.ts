import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { LIST_INDEX } from '../lib/storage/keys';
import type { DeliveryQueues } from './delivery';
import { CirrusFunction, type FunctionSettings } from './function';
import { allowEndOfConnections, type DeploymentTarget } from './messenger';
import type { Secrets } from './secrets';
import { READ_ACTIONS, type Tables, WRITE_ACTIONS } from './tables';

export interface HttpApiProps {
  readonly settings: FunctionSettings;
  readonly tables: Tables;
  readonly secrets: Secrets;
  readonly deliveryQueue: DeliveryQueues;
  /** How many requests per second all tenants together may send, and how large a burst may be. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  readonly target: DeploymentTarget;
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
  readonly api: CfnApi;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    this.function = this.makeFunction(props);
    this.api = new CfnApi(this, 'Api', {
      name: `${props.settings.namePrefix}-rest`,
      description: 'Cirrus: Cumulocity REST API',
      protocolType: 'HTTP',
    });
    this.integrate('', '$default', this.function);
    this.addStage(props);
    this.allowInvocation('Invocation', '*/*', this.function);
    this.url = this.api.attrApiEndpoint;
  }

  /** Sends all requests of a path, such as `/notification/{proxy+}`, to another function. */
  addRoute(id: string, path: string, to: CirrusFunction): void {
    this.integrate(id, `ANY ${path}`, to);
    this.allowInvocation(`${id}Invocation`, `*/*${path}`, to);
  }

  private integrate(id: string, routeKey: string, to: CirrusFunction): void {
    const integration = new CfnIntegration(this, `${id}Integration`, {
      apiId: this.api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: to.lambda.functionArn,
      payloadFormatVersion: '2.0',
      timeoutInMillis: 30_000,
    });
    const route = new CfnRoute(this, `${id}Route`, {
      apiId: this.api.ref,
      routeKey,
      target: `integrations/${integration.ref}`,
    });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The function authenticates every request itself: tenants, users and roles are its data.',
    });
  }

  private makeFunction({ settings, tables, secrets, deliveryQueue, target }: HttpApiProps): CirrusFunction {
    const made = new CirrusFunction(this, 'Rest', {
      settings,
      name: 'api',
      description: 'Cirrus: the Cumulocity REST API',
      memory: 512,
      // API Gateway gives up after 30 s, so the function ends before
      timeout: Duration.seconds(29),
      environment: {
        REGISTRY_TABLE: tables.registry.tableName,
        TELEMETRY_TABLE: tables.telemetry.tableName,
        DELIVERY_QUEUE_URL: deliveryQueue.queue.queueUrl,
        HASH_KEY_PARAMETER: secrets.hashKeyParameter,
      },
    });
    tables.allowRegistry(made, [...READ_ACTIONS, ...WRITE_ACTIONS], [LIST_INDEX]);
    tables.allowTelemetry(made, [...READ_ACTIONS, ...WRITE_ACTIONS]);
    deliveryQueue.allowRequests(made);
    secrets.allowHashKey(made);
    // the connection of a deleted device ends
    allowEndOfConnections(made, target);
    return made;
  }

  private addStage({ settings, throttle }: HttpApiProps): void {
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetention,
      removalPolicy: settings.removalPolicy,
    });
    new CfnStage(this, 'Stage', {
      apiId: this.api.ref,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: { destinationArn: accessLogs.logGroupArn, format: JSON.stringify(ACCESS_LOG) },
      defaultRouteSettings: { throttlingRateLimit: throttle.rate, throttlingBurstLimit: throttle.burst },
    });
  }

  private allowInvocation(id: string, requests: string, to: CirrusFunction): void {
    to.lambda.addPermission(id, {
      scope: this,
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: Stack.of(this).formatArn({
        service: 'execute-api',
        resource: this.api.ref,
        resourceName: requests,
      }),
      sourceAccount: Stack.of(this).account,
    });
  }
}
