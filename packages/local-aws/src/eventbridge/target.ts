import { AwsError } from '../endpoint/aws-error';
import type { Invoker } from '../lambda/invoker';
import type { Queue } from '../sqs/queue';
import type { QueueSender } from '../sqs/queue-sender';
import { TemplateError, type TemplateObject } from '../template/template';
import type { BusEvent } from './event';

const PRINCIPAL = 'events.amazonaws.com';

export interface TargetDependencies {
  readonly invoker: Pick<Invoker, 'invokeAsync'>;
  readonly queues: Pick<QueueSender, 'byArn' | 'sendByService'>;
  onLog(line: string): void;
}

/** Where a rule sends its events. */
export interface Target {
  /** Hands an event over. An event that the target refuses goes to the dead-letter queue, or is logged and dropped. */
  deliver(ruleArn: string, event: BusEvent): void;
}

const KNOWN = ['Arn', 'Id', 'DeadLetterConfig', 'RetryPolicy', 'SqsParameters'];

/**
 * A target of a rule in the template: a function, invoked asynchronously with Lambda's own retries, or a queue.
 * EventBridge's own retry policy has no effect here. It is for targets that cannot be reached, which does not happen on
 * one machine. EventBridge does not retry a refusal for lack of permission either.
 */
export function targetOf(properties: TemplateObject, where: string, dependencies: TargetDependencies): Target {
  const unknown = Object.keys(properties).find((property) => !KNOWN.includes(property));
  if (unknown !== undefined) throw new TemplateError(`${where}: ${unknown} of a target is not supported`);
  const arn = String(properties.Arn);
  const send =
    arn.split(':')[2] === 'lambda' ? toFunction(arn, dependencies) : toQueue(arn, properties, where, dependencies);
  const deadLetters = deadLetterQueue(properties, where, dependencies);
  return {
    deliver: (ruleArn, event) => {
      const body = JSON.stringify(event);
      try {
        send(ruleArn, body);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        dependencies.onLog(`rule ${ruleArn} could not reach ${arn}: ${error.code}: ${error.message}`);
        if (deadLetters) sendToDeadLetters(deadLetters, { ruleArn, targetArn: arn, body, error }, dependencies);
      }
    },
  };
}

type Send = (ruleArn: string, body: string) => void;

function toFunction(arn: string, { invoker }: TargetDependencies): Send {
  return (ruleArn, body) => invoker.invokeAsync(arn, body, { principal: PRINCIPAL, arn: ruleArn });
}

function toQueue(
  arn: string,
  { SqsParameters: parameters }: TemplateObject,
  where: string,
  dependencies: TargetDependencies,
): Send {
  const queue = queueOf(arn, where, dependencies);
  const group = typeof parameters === 'object' ? (parameters as TemplateObject | null)?.MessageGroupId : undefined;
  if (queue.configuration.fifo && group === undefined) throw new TemplateError(`${where}: MessageGroupId is missing`);
  const more = group === undefined ? {} : { MessageGroupId: String(group) };
  return (ruleArn, body) => dependencies.queues.sendByService(caller(ruleArn), queue, { ...more, MessageBody: body });
}

const caller = (arn: string) => ({ principal: PRINCIPAL, arn });

function deadLetterQueue(
  properties: TemplateObject,
  where: string,
  dependencies: TargetDependencies,
): Queue | undefined {
  const config = properties.DeadLetterConfig;
  if (typeof config !== 'object' || config === null || !('Arn' in config)) return undefined;
  return queueOf(String(config.Arn), where, dependencies);
}

function queueOf(arn: string, where: string, { queues }: TargetDependencies): Queue {
  const queue = queues.byArn(arn);
  if (!queue) throw new TemplateError(`${where}: ${arn} is neither a function nor a queue of this stack`);
  return queue;
}

interface Undelivered {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly body: string;
  readonly error: AwsError;
}

function sendToDeadLetters(
  queue: Queue,
  { ruleArn, targetArn, body, error }: Undelivered,
  dependencies: TargetDependencies,
): void {
  const attributes = {
    RULE_ARN: ruleArn,
    TARGET_ARN: targetArn,
    ERROR_CODE: error.code,
    ERROR_MESSAGE: error.message,
    EXHAUSTED_RETRY_CONDITION: 'NonRetriableError',
  };
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  try {
    dependencies.queues.sendByService(caller(ruleArn), queue, { MessageBody: body, MessageAttributes });
  } catch (refused) {
    if (!(refused instanceof AwsError)) throw refused;
    dependencies.onLog(`dead-letter queue of rule ${ruleArn} refused the event: ${refused.message}`);
  }
}
