import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { processClock } from '../lib/base/clock';
import { availabilityEnvironment } from '../lib/base/environment';
import { changeSinks } from '../lib/changes/change-sinks';
import { registryServices } from '../lib/platform/services';
import { beginChanges } from '../lib/platform/unit-of-work';
import { watchTenants } from '../lib/platform/watch-tenants';
import { Table } from '../lib/storage/table';

const environment = availabilityEnvironment();
const logger = new Logger();
const registry = new Table(new DynamoDBClient({}), environment.registryTable);
const clock = processClock();
const deps = { registry, clock };
const services = registryServices(deps);
const sinks = changeSinks(deps, environment);

/** A schedule calls it. It raises the alarm of each device that has been silent for too long. */
export const handler = async (): Promise<void> => {
  for await (const { tenant, raised } of watchTenants({
    services,
    begin: (origin) => beginChanges({ sinks }, origin),
    clock,
  })) {
    if (raised > 0) logger.info('devices became unavailable', { tenant, raised });
  }
};
