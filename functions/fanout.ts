import { Logger } from '@aws-lambda-powertools/logger';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { processClock } from '../lib/base/clock';
import { fanoutEnvironment } from '../lib/base/environment';
import { parseFanOutEvent } from '../lib/changes/notifications/fan-out-event';
import { FanOut } from '../lib/notifications/fan-out';
import { managedWebSockets } from '../lib/notifications/transports/managed-web-sockets';
import { Table } from '../lib/storage/table';

const environment = fanoutEnvironment();
const logger = new Logger();
const fanOut = new FanOut({
  registry: new Table(new DynamoDBClient({}), environment.registryTable),
  clock: processClock(),
  webSockets: managedWebSockets(new ApiGatewayManagementApiClient({ endpoint: environment.webSocketEndpoint })),
  onUnreachable: (error, clientId) =>
    logger.warn('subscriber not reached', { clientId, error: error instanceof Error ? error : String(error) }),
});

/** Sends the changes of one message to their subscribers. Throws for faults only, before anybody got anything. */
export const handler = async (raw: unknown): Promise<void> => {
  const event = parseFanOutEvent(raw);
  if (!event.ok) throw new Error(`not a fan-out event: ${event.error}`);
  const { context, changes } = event.value;
  const subscribers = await fanOut.deliver(context, changes);
  logger.debug('notified', { tenant: context.tenant, changes: changes.length, subscribers });
};
