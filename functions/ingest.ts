import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { processClock } from '../lib/base/clock';
import { ingestEnvironment } from '../lib/base/environment';
import { changeSinks } from '../lib/changes/change-sinks';
import { Claims } from '../lib/connections/claims';
import { Connections } from '../lib/connections/connections';
import { senderLookup } from '../lib/connections/senders';
import { messengerFor } from '../lib/delivery/device-messenger';
import { pendingMessages } from '../lib/delivery/pending';
import { type IngestDeps, ingest } from '../lib/mqtt/ingest';
import { logReport } from '../lib/mqtt/report';
import { parseUplink } from '../lib/mqtt/uplink';
import { platformServices } from '../lib/platform/services';
import { beginWork } from '../lib/platform/unit-of-work';
import { staticRows } from '../lib/protocols/smartrest/static/channel';
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
  begin: (origin) => beginWork({ ...platform, tenants: services.tenants, sinks }, origin),
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
