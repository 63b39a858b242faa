import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DeliveryQueues } from './delivery';
import { takeUnclaimed } from './emulator';
import type { Failures } from './failures';
import { CirrusFunction, type FunctionSettings } from './function';
import type { DeploymentTarget } from './messenger';
import { invokeByRule } from './rule';
import type { Tables } from './tables';
import { LIFECYCLE_RULES } from './topics';

export interface LifecycleProps {
  readonly settings: FunctionSettings;
  readonly tables: Tables;
  readonly failures: Failures;
  readonly deliveryQueue: DeliveryQueues;
  readonly target: DeploymentTarget;
}

/** The function that keeps the state of connections and subscriptions, and the IoT rules that invoke it. */
export class Lifecycle extends Construct {
  readonly function: CirrusFunction;

  constructor(scope: Construct, id: string, props: LifecycleProps) {
    super(scope, id);
    this.function = new CirrusFunction(this, 'Lifecycle', {
      settings: props.settings,
      name: 'lifecycle',
      description: 'Cirrus: keeps connections and subscriptions, asks for delivery when a device listens',
      memory: 128,
      timeout: Duration.seconds(15),
      environment: {
        REGISTRY_TABLE: props.tables.registry.tableName,
        DELIVERY_QUEUE_URL: props.deliveryQueue.queue.queueUrl,
      },
    });
    props.tables.allowRegistry(this.function, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
    props.deliveryQueue.allowRequests(this.function);
    takeUnclaimed(this.function, props.target);
    props.failures.catchFrom(this.function);
    for (const rule of LIFECYCLE_RULES) invokeByRule(this, this.function, rule, props.failures);
  }
}
