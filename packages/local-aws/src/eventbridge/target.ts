import { AwsError } from '../endpoint/aws-error';
import type { LambdaService } from '../lambda/functions';
import type { Queue } from '../sqs/queue';
import type { SqsService } from '../sqs/sqs-api';
import { TemplateError, type TemplateObject } from '../template/template';
import type { BusEvent } from './event';

export const PRINCIPAL = 'events.amazonaws.com';

export interface TargetDeps {
  readonly lambda: Pick<LambdaService, 'invokeAsync'>;
  readonly sqs: Pick<SqsService, 'byArn' | 'sendByService'>;
  onLog(line: string): void;
}

/** Where a rule sends its events. */
export interface Target {
  /** Hands an event over; what the target refuses goes to its dead-letter queue, or is said and dropped. */
  deliver(ruleArn: string, event: BusEvent): void;
}

const KNOWN = ['Arn', 'Id', 'DeadLetterConfig', 'RetryPolicy', 'SqsParameters'];

/**
 * A target of a rule, from the template: a function, invoked asynchronously with Lambda's own retries, or a queue. The
 * retry policy of EventBridge is for a target that cannot be reached, which does not happen on one machine; a refusal for
 * lack of permission is not retried there either.
 */
export function targetOf(properties: TemplateObject, where: string, deps: TargetDeps): Target {
  const unknown = Object.keys(properties).find((property) => !KNOWN.includes(property));
  if (unknown !== undefined) throw new TemplateError(`${where}: ${unknown} of a target is not supported`);
  const arn = String(properties.Arn);
  const send = arn.split(':')[2] === 'lambda' ? toFunction(arn, deps) : toQueue(arn, properties, where, deps);
  const deadLetters = deadLetterQueue(properties, where, deps);
  return {
    deliver: (ruleArn, event) => {
      const body = JSON.stringify(event);
      try {
        send(ruleArn, body);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        deps.onLog(`rule ${ruleArn} could not reach ${arn}: ${error.code}: ${error.message}`);
        if (deadLetters) bury(deadLetters, { ruleArn, targetArn: arn, body, error }, deps);
      }
    },
  };
}

type Send = (ruleArn: string, body: string) => void;

function toFunction(arn: string, { lambda }: TargetDeps): Send {
  return (ruleArn, body) => lambda.invokeAsync(arn, body, { principal: PRINCIPAL, arn: ruleArn });
}

function toQueue(arn: string, { SqsParameters: parameters }: TemplateObject, where: string, deps: TargetDeps): Send {
  const queue = queueOf(arn, where, deps);
  const group = typeof parameters === 'object' ? (parameters as TemplateObject | null)?.MessageGroupId : undefined;
  if (queue.configuration.fifo && group === undefined) throw new TemplateError(`${where}: MessageGroupId is missing`);
  const more = group === undefined ? {} : { MessageGroupId: String(group) };
  return (ruleArn, body) => deps.sqs.sendByService(source(ruleArn), queue, { ...more, MessageBody: body });
}

const source = (arn: string) => ({ principal: PRINCIPAL, arn });

function deadLetterQueue(properties: TemplateObject, where: string, deps: TargetDeps): Queue | undefined {
  const config = properties.DeadLetterConfig;
  if (typeof config !== 'object' || config === null || !('Arn' in config)) return undefined;
  return queueOf(String(config.Arn), where, deps);
}

function queueOf(arn: string, where: string, { sqs }: TargetDeps): Queue {
  const queue = sqs.byArn(arn);
  if (!queue) throw new TemplateError(`${where}: ${arn} is neither a function nor a queue of this stack`);
  return queue;
}

interface Undelivered {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly body: string;
  readonly error: AwsError;
}

function bury(queue: Queue, { ruleArn, targetArn, body, error }: Undelivered, deps: TargetDeps): void {
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
    deps.sqs.sendByService(source(ruleArn), queue, { MessageBody: body, MessageAttributes });
  } catch (refused) {
    if (!(refused instanceof AwsError)) throw refused;
    deps.onLog(`dead-letter queue of rule ${ruleArn} refused the event: ${refused.message}`);
  }
}
