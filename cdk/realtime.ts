import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  CfnApi,
  CfnIntegration,
  CfnRoute,
  type CfnRouteProps,
  CfnRouteResponse,
  CfnStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcard, CirrusFunction, type FunctionSettings } from './function';
import type { HttpApi } from './http-api';
import type { DeploymentTarget } from './messenger';
import type { Secrets } from './secrets';
import type { Tables } from './tables';

export interface RealtimeProps {
  readonly settings: FunctionSettings;
  readonly tables: Tables;
  readonly secrets: Secrets;
  /** How many messages per second all clients together may send, and how large a burst may be. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  readonly target: DeploymentTarget;
}

/** Also the path of the WebSocket URL that API Gateway itself offers. */
export const WEBSOCKET_STAGE = 'realtime';
/** The paths of long polling on the REST API. */
const POLLING_PATHS = { Notification: '/notification/{proxy+}', Cep: '/cep/{proxy+}' } as const;

/**
 * Real-time notifications (Bayeux). One function answers clients, over a WebSocket API and a few paths of the HTTP API.
 * Another function sends changes to subscribers. Subscriptions are stored in the registry.
 */
export class Realtime extends Construct {
  readonly function: CirrusFunction;
  readonly fanOut: CirrusFunction;
  readonly api: CfnApi;
  /** The API's own URL, `wss://<host>/<stage>`. Behind CloudFront the path is `/notification/realtime`. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: RealtimeProps) {
    super(scope, id);
    this.api = new CfnApi(this, 'Api', {
      name: `${props.settings.namePrefix}-realtime`,
      description: 'Cirrus: real-time notifications',
      protocolType: 'WEBSOCKET',
      // no expression can select from an array, and Bayeux frames are arrays: all of them take $default
      routeSelectionExpression: '$request.body.channel',
    });
    const environment = {
      REGISTRY_TABLE: props.tables.registry.tableName,
      WEBSOCKET_ENDPOINT: this.connectionsEndpoint(props.target),
    };
    this.function = this.makeFunction(props, environment);
    this.fanOut = this.makeFanOut(props, environment);
    for (const poster of [this.function, this.fanOut]) this.allowPosts(poster);
    this.url = `${this.api.attrApiEndpoint}/${WEBSOCKET_STAGE}`;
    this.addRoutes(props.target);
    this.addStage(props);
  }

  /** Lets a function hand changes over to the fan-out. */
  allowNotifications(from: CirrusFunction): void {
    from.lambda.addEnvironment('FANOUT_FUNCTION', this.fanOut.lambda.functionName);
    from.allow(['lambda:InvokeFunction'], [this.fanOut.lambda.functionArn]);
  }

  /** Long polling, on the host of the REST API. */
  addPolling(httpApi: HttpApi): void {
    for (const [id, path] of Object.entries(POLLING_PATHS)) httpApi.addRoute(id, path, this.function);
  }

  private makeFunction(
    { settings, tables, secrets }: RealtimeProps,
    environment: Readonly<Record<string, string>>,
  ): CirrusFunction {
    const made = new CirrusFunction(this, 'Client', {
      settings,
      name: 'realtime',
      description: 'Cirrus: talks Bayeux with clients of real-time notifications',
      memory: 256,
      // API Gateway gives up after 29 s on a WebSocket, after 30 s on a poll
      timeout: Duration.seconds(29),
      environment: { ...environment, HASH_KEY_PARAMETER: secrets.hashKeyParameter },
    });
    tables.allowRegistry(made, [
      'GetItem',
      'BatchGetItem',
      'Query',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'BatchWriteItem',
    ]);
    secrets.allowHashKey(made);
    return made;
  }

  private makeFanOut(
    { settings, tables }: RealtimeProps,
    environment: Readonly<Record<string, string>>,
  ): CirrusFunction {
    const made = new CirrusFunction(this, 'FanOut', {
      settings,
      name: 'fanout',
      description: 'Cirrus: brings changes to who subscribed to them',
      memory: 256,
      timeout: Duration.seconds(30),
      environment,
    });
    tables.allowRegistry(made, ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem', 'BatchWriteItem']);
    // a notification that is a minute late helps nobody; nothing is lost, because the object it tells of is stored
    made.lambda.configureAsyncInvoke({ retryAttempts: 1, maxEventAge: Duration.minutes(1) });
    return made;
  }

  /** The endpoint for posting to connections. An emulator serves all APIs on one gateway, each under its own path. */
  private connectionsEndpoint(target: DeploymentTarget): string {
    const { urlSuffix, region } = Stack.of(this);
    if (target === 'emulator') return `/_aws/execute-api/${this.api.ref}/${WEBSOCKET_STAGE}`;
    return `https://${this.api.ref}.execute-api.${region}.${urlSuffix}/${WEBSOCKET_STAGE}`;
  }

  private allowPosts(from: CirrusFunction): void {
    for (const method of ['POST', 'DELETE']) {
      const connections = this.arn(`${WEBSOCKET_STAGE}/${method}/@connections/*`);
      from.allow(['execute-api:ManageConnections'], [connections]);
      acknowledgeWildcard(from, this.findingOf(connections), 'API Gateway names connections when they are made.');
    }
  }

  private addRoutes(target: DeploymentTarget): void {
    const integration = new CfnIntegration(this, 'Integration', {
      apiId: this.api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: Stack.of(this).formatArn({
        service: 'apigateway',
        account: 'lambda',
        resource: 'path/2015-03-31/functions',
        resourceName: `${this.function.lambda.functionArn}/invocations`,
      }),
    });
    const integrated = { target: `integrations/${integration.ref}` };
    this.addRoute('Connect', { routeKey: '$connect', ...integrated });
    this.addRoute('Disconnect', { routeKey: '$disconnect', ...integrated });
    // the function's result is the answer to the frame, which saves a call
    const messages = this.addRoute('Message', {
      routeKey: '$default',
      ...integrated,
      routeResponseSelectionExpression: '$default',
    });
    // MiniStack's CloudFormation does not know this resource, and its API answers without it
    if (target === 'aws') {
      new CfnRouteResponse(this, 'Response', {
        apiId: this.api.ref,
        routeId: messages.ref,
        routeResponseKey: '$default',
      });
    }
    this.function.lambda.addPermission('WebSocket', {
      scope: this,
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: this.arn('*/*'),
      sourceAccount: Stack.of(this).account,
    });
  }

  private addRoute(id: string, props: Omit<CfnRouteProps, 'apiId'>): CfnRoute {
    const route = new CfnRoute(this, id, { apiId: this.api.ref, authorizationType: 'NONE', ...props });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The function authenticates each handshake itself: tenants, users and roles are its data.',
    });
    return route;
  }

  private addStage({ throttle }: RealtimeProps): void {
    const stage = new CfnStage(this, 'Stage', {
      apiId: this.api.ref,
      stageName: WEBSOCKET_STAGE,
      autoDeploy: true,
      defaultRouteSettings: { throttlingRateLimit: throttle.rate, throttlingBurstLimit: throttle.burst },
    });
    Validations.of(stage).acknowledge({
      id: 'AwsSolutions-APIG1',
      reason: "A WebSocket API logs only with a role set for the whole account, which is not this stack's to choose.",
    });
  }

  private arn(resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'execute-api', resource: this.api.ref, resourceName });
  }

  /** cdk-nag spells a reference as its logical id. */
  private findingOf(arn: string): string {
    return arn.replace(this.api.ref, `<${Stack.of(this).getLogicalId(this.api)}>`);
  }
}
