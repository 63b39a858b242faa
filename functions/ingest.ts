import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { processClock } from '../lib/base/clock';
import { ingestEnvironment } from '../lib/base/environment';
import { changeSinks } from '../lib/changes/change-sinks';
import { messengerFor } from '../lib/delivery/messenger';
import { composeIngest } from '../lib/mqtt/compose-ingest';
import { ingest, parseUplink } from '../lib/mqtt/ingest';
import { logReport } from '../lib/mqtt/log-report';
import { PROTOCOLS } from '../lib/protocols/protocols';
import { Table } from '../lib/storage/table';

const environment = ingestEnvironment();
const clock = processClock();
const logger = new Logger();
const dynamoDb = new DynamoDBClient({});
const registry = new Table(dynamoDb, environment.registryTable);
const deps = composeIngest({
  registry,
  telemetry: new Table(dynamoDb, environment.telemetryTable),
  clock,
  protocols: PROTOCOLS,
  messenger: messengerFor(environment),
  payloadLimit: environment.payloadLimit,
  sinks: changeSinks({ registry, clock }, environment),
  defaultTenant: environment.defaultTenant,
});

/** Handles one publish. Throws for faults only: Lambda tries again, and then puts the event into the failure queue. */
export const handler = async (event: unknown): Promise<void> => {
  const uplink = parseUplink(event);
  if (!uplink.ok) throw new Error(`not an uplink: ${uplink.error}`);
  const report = await ingest(uplink.value, deps);
  logReport(logger, uplink.value, report, clock.now());
};
