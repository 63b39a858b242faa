import { Logger } from '@aws-lambda-powertools/logger';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SSMClient } from '@aws-sdk/client-ssm';
import { processClock } from '../lib/config/clock';
import { realtimeEnvironment } from '../lib/config/environment';
import { parameterKey } from '../lib/config/parameter-key';
import { Credentials } from '../lib/platform/credentials';
import { baseUrlOf } from '../lib/platform/rest/base-url';
import { Authenticator } from '../lib/platform/rest/basic-auth';
import { Tenants } from '../lib/platform/tenants';
import { Listeners } from '../lib/routing/listeners';
import { type Answer, answerGateway } from '../lib/routing/realtime/gateway';
import { managedWebSockets } from '../lib/routing/realtime/managed-web-sockets';
import { Table } from '../lib/storage/table';

const environment = realtimeEnvironment();
const clock = processClock();
const logger = new Logger();
const registry = new Table(new DynamoDBClient({}), environment.registryTable);
const credentials = new Credentials({ registry, clock }, parameterKey(new SSMClient({}), environment.hashKeyParameter));
const tenants = new Tenants({ registry, clock });
const authenticator = new Authenticator(credentials, tenants, clock, environment.defaultTenant);

const deps = {
  registry,
  clock,
  listeners: new Listeners({ registry, clock }),
  webSockets: managedWebSockets(new ApiGatewayManagementApiClient({ endpoint: environment.webSocketEndpoint })),
  sleep: (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms)),
  authenticate: async (authorization: string, host: string) => {
    const verified = await authenticator.authenticate(authorization, host);
    return verified.ok ? verified.value : undefined;
  },
  baseUrlOf,
};

/** Bayeux: what a client says over its WebSocket, and long-polling requests of the HTTP API. */
export const handler = async (event: unknown): Promise<Answer> => {
  const answer = await answerGateway(deps, event);
  if (!answer.ok) throw new Error(`not an event of API Gateway: ${answer.error}`);
  if (answer.value.statusCode >= 400) logger.info('refused', { status: answer.value.statusCode });
  return answer.value;
};
