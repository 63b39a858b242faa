import { Logger } from '@aws-lambda-powertools/logger';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SSMClient } from '@aws-sdk/client-ssm';
import { parameterKey } from '../lib/base/aws/parameter-key';
import { processClock } from '../lib/base/clock';
import { realtimeEnvironment } from '../lib/base/environment';
import { Listeners } from '../lib/changes/listeners';
import { baseUrlOf } from '../lib/http/base-url';
import { Authenticator } from '../lib/http/basic-auth';
import { answerGateway, type GatewayAnswer } from '../lib/notifications/transports/gateway';
import { managedWebSockets } from '../lib/notifications/transports/managed-web-sockets';
import { Acting } from '../lib/platform/access/acting';
import { Credentials } from '../lib/platform/access/credentials';
import { Tenants } from '../lib/platform/tenants/tenants';
import { Table } from '../lib/storage/table';

const environment = realtimeEnvironment();
const clock = processClock();
const logger = new Logger();
const registry = new Table(new DynamoDBClient({}), environment.registryTable);
const credentials = new Credentials({ registry, clock }, parameterKey(new SSMClient({}), environment.hashKeyParameter));
const tenants = new Tenants({ registry, clock });
const authenticator = new Authenticator(credentials, tenants, clock);

const deps = {
  registry,
  clock,
  listeners: new Listeners({ registry, clock }),
  acting: new Acting({ registry, clock }),
  webSockets: managedWebSockets(new ApiGatewayManagementApiClient({ endpoint: environment.webSocketEndpoint })),
  authenticate: async (authorization: string, host: string) => {
    const verified = await authenticator.authenticate(authorization, host);
    return verified.ok ? verified.value : undefined;
  },
  baseUrlOf,
};

/** Answers Bayeux messages, from WebSockets and from long-polling requests of the HTTP API. */
export const handler = async (event: unknown): Promise<GatewayAnswer> => {
  const answer = await answerGateway(deps, event);
  if (!answer.ok) throw new Error(`not an event of API Gateway: ${answer.error}`);
  if (answer.value.statusCode >= 400) logger.info('refused', { status: answer.value.statusCode });
  return answer.value;
};
