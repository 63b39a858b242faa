import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { handle } from 'hono/aws-lambda';
import type { Platform } from '../lib/api/platform';
import { parameterKey } from '../lib/base/aws/parameter-key';
import { processClock } from '../lib/base/clock';
import { defined } from '../lib/base/defined';
import { apiEnvironment } from '../lib/base/environment';
import { changeSinks } from '../lib/changes/change-sinks';
import { ClaimLookup } from '../lib/connections/claim-lookup';
import { Claims } from '../lib/connections/claims';
import { Connections } from '../lib/connections/connections';
import { DeviceIdentifiers } from '../lib/connections/device-identifiers';
import { connectionEnder } from '../lib/connections/end-connection';
import { DeliveryQueue } from '../lib/delivery/queue';
import { createApp } from '../lib/http/app';
import { Credentials } from '../lib/platform/access/credentials';
import { SERIAL } from '../lib/platform/inventory/identity';
import { platformServices } from '../lib/platform/services';
import { beginWork } from '../lib/platform/unit-of-work';
import { Table } from '../lib/storage/table';

const environment = apiEnvironment();
const clock = processClock();
const logger = new Logger();
const dynamoDb = new DynamoDBClient({});
const deps = {
  registry: new Table(dynamoDb, environment.registryTable),
  telemetry: new Table(dynamoDb, environment.telemetryTable),
  clock,
};
const sinks = changeSinks(deps, environment);
const services = platformServices({ ...deps, listeners: sinks.listeners });
const connections = new Connections(deps);
const queue = new DeliveryQueue(new SQSClient({}), environment.deliveryQueueUrl);

const credentials = new Credentials(deps, parameterKey(new SSMClient({}), environment.hashKeyParameter));
const identifiers = new DeviceIdentifiers({
  ...services,
  claims: new Claims(deps.registry, clock),
  lookup: new ClaimLookup(deps.registry, clock),
  endConnection: connectionEnder(environment),
  onStillConnected: (clientId, error) => logger.error('connection not ended', { clientId, error: String(error) }),
});
// a claim ends with its device
services.inventory.beforeDeletion(async (tenant, names) => {
  for (const { type, externalId } of names) if (type === SERIAL) await identifiers.release(tenant, externalId);
});

const platform: Platform = {
  ...services,
  credentials,
  identifiers,
  requestDelivery: async (request, cause) => {
    const connection = await connections.find(request.tenant, request.agentSerial);
    await queue.requestDelivery(defined({ ...request, clientId: connection?.clientId }), cause);
  },
};

const app = createApp(platform, {
  clock,
  beginWork: (origin) => beginWork({ ...deps, tenants: services.tenants, sinks }, origin),
  onUnexpected: (error, request) =>
    logger.error('request failed', { request, error: error instanceof Error ? error : String(error) }),
});

/** Answers one REST request, an event of the HTTP API in payload format 2.0. */
export const handler = handle(app);
