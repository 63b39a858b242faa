import { parsePolicy } from '../iam/policy';
import type { ResourceInput } from '../services';
import { allowOnly, arnOf, numberOf, physicalName, type ResourceFactories } from '../template/resource-type';
import { isTemplateObject, TemplateError, type TemplateValue } from '../template/template';
import { Queue, type QueueConfiguration } from './queue';

const QUEUE_PROPERTIES = [
  'QueueName',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'VisibilityTimeout',
  'DelaySeconds',
  'MessageRetentionPeriod',
  'MaximumMessageSize',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
  'KmsMasterKeyId',
  'Tags',
];
const FOUR_DAYS = 345_600;
const MAXIMUM_SIZE = 1024 * 1024;

export const sqsResources: ResourceFactories = {
  'AWS::SQS::Queue': (input) => {
    allowOnly(input, QUEUE_PROPERTIES);
    const { services } = input;
    const configuration = queueConfiguration(input);
    const queue = new Queue(configuration, services.clock, services.scheduler);
    if (configuration.redrive) {
      const target = services.sqs.byArn(configuration.redrive.targetArn);
      if (!target)
        throw new TemplateError(
          `${input.logicalId}: dead-letter queue ${configuration.redrive.targetArn} does not exist`,
        );
      queue.deadLetters = target;
    }
    services.sqs.add(queue);
    const { arn, url, name } = configuration;
    return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
  },
  'AWS::SQS::QueuePolicy': (input) => {
    const { properties, services, logicalId } = input;
    const statements = parsePolicy(properties.PolicyDocument, logicalId);
    const urls = Array.isArray(properties.Queues) ? properties.Queues.map(String) : [];
    for (const url of urls) {
      const queue = services.sqs.byUrl(url);
      if (!queue) throw new TemplateError(`${logicalId}: queue ${url} does not exist`);
      services.sqs.setPolicy(queue, statements);
    }
    return { ref: logicalId, attributes: {} };
  },
};

function queueConfiguration(input: ResourceInput): QueueConfiguration {
  const { properties, services } = input;
  const fifo = isTrue(properties.FifoQueue);
  const given = physicalName(input, 'QueueName');
  const name = fifo && !given.endsWith('.fifo') ? `${given}.fifo` : given;
  const redrive = redrivePolicy(properties.RedrivePolicy);
  return {
    name,
    arn: arnOf(input, 'sqs', name),
    url: `${services.endpoint.url}/${services.account}/${name}`,
    fifo,
    contentBasedDeduplication: isTrue(properties.ContentBasedDeduplication),
    visibilityTimeout: numberOf(properties, 'VisibilityTimeout', 30),
    delay: numberOf(properties, 'DelaySeconds', 0),
    retention: numberOf(properties, 'MessageRetentionPeriod', FOUR_DAYS),
    maximumMessageSize: numberOf(properties, 'MaximumMessageSize', MAXIMUM_SIZE),
    ...(redrive === undefined ? {} : { redrive }),
  };
}

function redrivePolicy(policy: TemplateValue | undefined): QueueConfiguration['redrive'] {
  if (!isTemplateObject(policy)) return undefined;
  return { targetArn: String(policy.deadLetterTargetArn), maxReceiveCount: Number(policy.maxReceiveCount) };
}

function isTrue(value: TemplateValue | undefined): boolean {
  return value === true || value === 'true';
}
