import type { EmbeddedCloud } from '@cirrus/local-aws';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { CirrusEventRule } from '../../../cdk/event-rule';
import type { CirrusStack } from '../../../cdk/stack';
import { type ChangesEvent, changesEvent } from '../../../lib/changes/event-bus/schema';

const QUEUE = 'ProcessedEvents';

/** Adds a rule for a tenant whose target is a queue. */
export function logEvents(stack: CirrusStack, tenant: string): void {
  const queue = new Queue(stack, QUEUE, { queueName: QUEUE });
  new CirrusEventRule(stack, 'ProcessedEventsRule', {
    cirrus: stack.cirrus,
    tenant,
    targets: [new SqsQueue(queue)],
  });
}

/** What the rule has caught so far, each detail checked against the published schema. */
export function loggedEvents(cloud: EmbeddedCloud): readonly ChangesEvent[] {
  return cloud.messages(QUEUE).map(({ body }) => changesEvent.parse(JSON.parse(body).detail));
}
