import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { processClock } from '../lib/base/clock';
import { deliverEnvironment } from '../lib/base/environment';
import { Connections } from '../lib/connections/connections';
import { bringUpToDate } from '../lib/delivery/deliver';
import { messengerFor } from '../lib/delivery/messenger';
import { parseDeliveryRequest, retrySoon } from '../lib/delivery/queue';
import { registryServices } from '../lib/platform/services';
import { PROTOCOLS } from '../lib/protocols/protocols';
import { Table } from '../lib/storage/table';

const environment = deliverEnvironment();
const clock = processClock();
const logger = new Logger();
const sqs = new SQSClient({});
const registry = new Table(new DynamoDBClient({}), environment.registryTable);
const deps = {
  operations: registryServices({ registry, clock }).operations,
  connections: new Connections({ registry, clock }),
  messenger: messengerFor(environment),
  writers: PROTOCOLS,
  clock,
};

/**
 * Handles delivery requests in order. After a failure the rest of the batch goes back to the queue too, because the
 * queue is FIFO and each device must get its operations in order. The requests come again after seconds. Without
 * `retrySoon` they would come after the queue's visibility timeout.
 */
export const handler = async (event: SQSEvent): Promise<SQSBatchResponse> => {
  for (const [index, record] of event.Records.entries()) {
    try {
      const request = parseDeliveryRequest(record.body);
      if (!request.ok) throw new Error(request.error);
      const report = await bringUpToDate(request.value, deps);
      logger.info('delivery', { ...request.value, ...report });
    } catch (error) {
      logger.error('delivery failed', {
        messageId: record.messageId,
        error: error instanceof Error ? error : String(error),
      });
      const unhandled = event.Records.slice(index);
      await retrySoon(sqs, environment.deliveryQueueUrl, unhandled);
      return { batchItemFailures: unhandled.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    }
  }
  return { batchItemFailures: [] };
};
