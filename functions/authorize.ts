import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SSMClient } from '@aws-sdk/client-ssm';
import { parameterKey } from '../lib/base/aws/parameter-key';
import { processClock } from '../lib/base/clock';
import { authorizeEnvironment } from '../lib/base/environment';
import { type AuthorizerResult, authorizeConnection } from '../lib/connections/authorize';
import { ClaimLookup } from '../lib/connections/claim-lookup';
import { Claims } from '../lib/connections/claims';
import { DeviceIdentifiers } from '../lib/connections/device-identifiers';
import { connectionEnder } from '../lib/connections/end-connection';
import { Acting } from '../lib/platform/access/acting';
import { Credentials } from '../lib/platform/access/credentials';
import { Identity } from '../lib/platform/inventory/identity';
import { Inventory } from '../lib/platform/inventory/inventory';
import { PROTOCOLS, TOLERATED_DOWNLINKS } from '../lib/protocols/protocols';
import { topicRights } from '../lib/protocols/topics';
import { Table } from '../lib/storage/table';

const environment = authorizeEnvironment();
const clock = processClock();
const logger = new Logger();
const registry = new Table(new DynamoDBClient({}), environment.registryTable);
const deps = { registry, clock };
const credentials = new Credentials(deps, parameterKey(new SSMClient({}), environment.hashKeyParameter));
const identifiers = new DeviceIdentifiers({
  claims: new Claims(registry, clock),
  lookup: new ClaimLookup(registry, clock),
  acting: new Acting(deps),
  identity: new Identity(deps),
  inventory: new Inventory(deps),
  endConnection: connectionEnder({ target: 'aws' }),
  onStillConnected: (clientId, error) => logger.error('connection not ended', { clientId, error: String(error) }),
});
const topics = topicRights(PROTOCOLS, TOLERATED_DOWNLINKS);

/** The custom authorizer of AWS IoT. The broker calls it for every CONNECT. */
export const handler = async (event: unknown): Promise<AuthorizerResult> => {
  const decision = await authorizeConnection(event, {
    clock,
    policyArnPrefix: environment.policyArnPrefix,
    topics,
    verify: (tenant, user, password) => credentials.verify(tenant, user, password),
    connect: (principal, client, until) => identifiers.connect(principal, client, until),
  });
  if (!decision.allowed) logger.warn('connection refused', { reason: decision.reason });
  return decision.result;
};
