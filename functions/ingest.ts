import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { processClock } from '../lib/config/clock';
import { ingestEnvironment } from '../lib/config/environment';
import { Connections } from '../lib/delivery/connections';
import { messengerFor } from '../lib/delivery/device-messenger';
import { pendingMessages } from '../lib/delivery/pending';
import { type IngestDeps, ingest } from '../lib/ingest/ingest';
import { logReport } from '../lib/ingest/report';
import { senderLookup } from '../lib/ingest/senders';
import { parseUplink } from '../lib/ingest/uplink';
import { beginMessage } from '../lib/platform/flush';
import { platformServices } from '../lib/platform/services';
import { staticRows } from '../lib/protocols/smartrest/channel';
import { changeSinks } from '../lib/routing/change-sinks';
import { Claims } from '../lib/storage/claims';
import { Table } from '../lib/storage/table';

const environment = ingestEnvironment();
const clock = processClock();
const logger = new Logger();
const dynamoDb = new DynamoDBClient({});
const platform = {
  registry: new Table(dynamoDb, environment.registryTable),
  telemetry: new Table(dynamoDb, environment.telemetryTable),
  clock,
};
const services = platformServices(platform);
const claims = new Claims(platform.registry, clock);
const connections = new Connections(platform);
const sinks = changeSinks(platform, environment);

const deps: IngestDeps = {
  services,
  messenger: messengerFor(environment),
  payloadLimit: environment.payloadLimit,
  senderOf: senderLookup(claims, environment.defaultTenant),
  isSubscribed: (tenant, serial, topic) => connections.isSubscribed(tenant, serial, topic),
  begin: (origin) => beginMessage({ ...platform, tenants: services.tenants, sinks }, origin),
  pendingMessages: (tenant, agentId, limit) =>
    pendingMessages({ tenant, agentId }, { operations: services.operations, render: staticRows, limit }),
};

/** One publish of a device. Throws on faults only: Lambda tries again, then the failure queue has it with its cause. */
export const handler = async (event: unknown): Promise<void> => {
  const uplink = parseUplink(event);
  if (!uplink.ok) throw new Error(`not an uplink: ${uplink.error}`);
  const report = await ingest(uplink.value, deps);
  logReport(logger, uplink.value, report, clock.now());
};
