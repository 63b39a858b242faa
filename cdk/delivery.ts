import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CirrusFunction, type FunctionSettings } from './function';
import { allowMessages, type DeploymentTarget } from './messenger';
import type { Tables } from './tables';

const TIMEOUT = Duration.seconds(60);
/** A message must not come back while its receiver may still work. AWS advises six times the function's timeout. */
const VISIBILITY = Duration.seconds(6 * TIMEOUT.toSeconds());
const RECEIVES_BEFORE_FAILURE = 5;
const AGENTS_PER_INVOCATION = 10;

/**
 * The queue of delivery requests, and the queue of those that failed. It is first in, first out for each device (the
 * message group is its client ID), so that only one function instance sends to a device at a time.
 */
export class DeliveryQueues extends Construct {
  readonly queue: Queue;
  /** Requests that have failed five times. */
  readonly failed: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const common = { fifo: true, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.failed = new Queue(this, 'Failed', { ...common, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Requests', {
      ...common,
      contentBasedDeduplication: false,
      visibilityTimeout: VISIBILITY,
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.failed, maxReceiveCount: RECEIVES_BEFORE_FAILURE },
    });
  }

  /** Lets a function ask for the delivery of operations. */
  allowRequests(from: CirrusFunction): void {
    from.allow(['sqs:SendMessage'], [this.queue.queueArn]);
  }
}

export interface DeliveryProps {
  readonly settings: FunctionSettings;
  readonly tables: Tables;
  readonly deliveryQueue: DeliveryQueues;
  readonly target: DeploymentTarget;
}

/** The function that sends pending operations to their devices and awaits the acknowledgement. */
export class Delivery extends Construct {
  readonly function: CirrusFunction;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { queue } = props.deliveryQueue;
    this.function = new CirrusFunction(this, 'Deliver', {
      settings: props.settings,
      name: 'deliver',
      description: 'Cirrus: sends pending operations to devices, in order and confirmed',
      memory: 256,
      timeout: TIMEOUT,
      environment: {
        REGISTRY_TABLE: props.tables.registry.tableName,
        DELIVERY_QUEUE_URL: queue.queueUrl,
      },
    });
    props.tables.allowRegistry(this.function, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
    allowMessages(this.function, props.target);
    this.function.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      [queue.queueArn],
    );
    new EventSourceMapping(this, 'Requests', {
      target: this.function.lambda,
      eventSourceArn: queue.queueArn,
      batchSize: AGENTS_PER_INVOCATION,
      reportBatchItemFailures: true,
    });
  }
}
