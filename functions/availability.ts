import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { processClock } from '../lib/base/clock';
import { availabilityEnvironment } from '../lib/base/environment';
import { changeSinks } from '../lib/changes/change-sinks';
import { watchTenants } from '../lib/platform/watch';
import { Table } from '../lib/storage/table';

const environment = availabilityEnvironment();
const logger = new Logger();
const registry = new Table(new DynamoDBClient({}), environment.registryTable);
// it makes no readings
const platform = { registry, telemetry: registry, clock: processClock() };
const sinks = changeSinks(platform, environment);

/** The schedule's tick: raises the alarm of each device that has been silent for too long. */
export const handler = async (): Promise<void> => {
  for await (const { tenant, raised } of watchTenants({ ...platform, sinks })) {
    if (raised > 0) logger.info('devices became unavailable', { tenant, raised });
  }
};
