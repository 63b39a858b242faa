import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { processClock } from '../lib/base/clock';
import { lifecycleEnvironment } from '../lib/base/environment';
import { changeSinks } from '../lib/changes/change-sinks';
import { ClaimLookup, senderLookup } from '../lib/connections/claim-lookup';
import { Connections } from '../lib/connections/connections';
import { parseLifecycleEvent } from '../lib/connections/lifecycle-event';
import { DeliveryQueue } from '../lib/delivery/queue';
import type { Origin } from '../lib/platform/model';
import { registryServices } from '../lib/platform/services';
import { beginChanges } from '../lib/platform/unit-of-work';
import { PROTOCOLS } from '../lib/protocols/protocols';
import { carriesOperations } from '../lib/protocols/topics';
import { Table } from '../lib/storage/table';

const environment = lifecycleEnvironment();
const clock = processClock();
const logger = new Logger();
const registry = new Table(new DynamoDBClient({}), environment.registryTable);
const deps = { registry, clock };
const connections = new Connections(deps);
const senderOf = senderLookup(new ClaimLookup(registry, clock), environment.defaultTenant);
const sinks = changeSinks(deps, environment);
const { availability, devices } = registryServices({ ...deps, listeners: sinks.listeners });
const queue = new DeliveryQueue(new SQSClient({}), environment.deliveryQueueUrl);

/**
 * Handles one lifecycle event of the broker. It keeps the state of the connection, and asks for the delivery of
 * operations when the device listens for them.
 */
export const handler = async (raw: unknown): Promise<void> => {
  const event = parseLifecycleEvent(raw);
  if (!event.ok) throw new Error(event.error);
  const { clientId, eventType, sessionIdentifier, timestamp } = event.value;
  const claim = await senderOf(clientId, timestamp);
  if (claim === undefined) return logger.warn('event of a client without claim', { clientId, eventType });
  const { tenant, serial } = claim;
  const change = await connections.apply(tenant, serial, event.value);
  const wantsOperations = change.subscribed.some((filter) => carriesOperations(filter, PROTOCOLS));
  if (!wantsOperations && change.presence === undefined) return;
  const agent = await devices.find(tenant, serial);
  // a device may connect and subscribe before it exists; its operations can only come later
  if (agent === undefined) return;
  if (change.presence !== undefined) {
    const { at: receivedAt, connected } = change.presence;
    const messageId = sessionIdentifier;
    const origin: Origin = { tenant, user: claim.user, mode: 'PERSISTENT', receivedAt, messageId, row: 1 };
    const message = beginChanges({ sinks }, origin);
    await availability.recordConnection({ origin, effects: message.effects }, agent, connected);
    await message.flush();
  }
  if (!wantsOperations) return;
  await queue.requestDelivery(
    { tenant, agentId: agent.id, agentSerial: serial, clientId },
    `subscribed/${clientId}/${sessionIdentifier}/${timestamp}`,
  );
};
