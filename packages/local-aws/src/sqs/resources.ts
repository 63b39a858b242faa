import type { Clock } from '../clock';
import { parsePolicy } from '../iam/policy';
import type { Journal } from '../journal';
import type { Scheduler } from '../scheduler';
import type { ResourceReference } from '../template/intrinsics';
import { arnOf, numberOf, physicalName, type ResourceRequest, type ResourceTypes } from '../template/resource-type';
import { isTemplateObject, TemplateError, type TemplateValue } from '../template/template';
import { SQS_LIMITS } from './limits';
import { type MessageJournal, Queue, type QueueConfiguration } from './queue';
import { QUEUED_MESSAGES, type Queues } from './queues';

interface QueueSurroundings {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly endpointUrl: string;
  readonly journal: Journal;
}

const FOUR_DAYS = 345_600;

export function sqsResources(queues: Queues, surroundings: QueueSurroundings): ResourceTypes {
  return {
    'AWS::SQS::Queue': {
      reads: [
        'QueueName',
        'FifoQueue',
        'ContentBasedDeduplication',
        'VisibilityTimeout',
        'DelaySeconds',
        'MessageRetentionPeriod',
        'MaximumMessageSize',
        'ReceiveMessageWaitTimeSeconds',
        'RedrivePolicy',
      ],
      ignores: [
        'DeduplicationScope',
        'FifoThroughputLimit',
        'RedriveAllowPolicy',
        'SqsManagedSseEnabled',
        'KmsMasterKeyId',
        'Tags',
      ],
      create: (request) => createQueue(request, queues, surroundings),
    },
    'AWS::SQS::QueuePolicy': {
      reads: ['PolicyDocument', 'Queues'],
      create: ({ properties, logicalId }) => {
        const statements = parsePolicy(properties.PolicyDocument, logicalId);
        const urls = Array.isArray(properties.Queues) ? properties.Queues.map(String) : [];
        for (const url of urls) {
          const queue = queues.byUrl(url);
          if (!queue) throw new TemplateError(`${logicalId}: queue ${url} does not exist`);
          queues.setPolicy(queue, statements);
        }
        return { ref: logicalId, attributes: {} };
      },
    },
  };
}

function createQueue(
  request: ResourceRequest,
  queues: Queues,
  { clock, scheduler, endpointUrl, journal }: QueueSurroundings,
): ResourceReference {
  const configuration = queueConfiguration(request, endpointUrl);
  const queue = new Queue(configuration, clock, scheduler, messageJournal(journal, configuration.arn));
  if (configuration.redrive) {
    const { targetArn } = configuration.redrive;
    queue.deadLetters = queues.byArn(targetArn);
    if (!queue.deadLetters) {
      throw new TemplateError(`${request.logicalId}: dead-letter queue ${targetArn} does not exist`);
    }
  }
  queues.add(queue);
  const { arn, url, name } = configuration;
  return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
}

function messageJournal(journal: Journal, owner: string): MessageJournal {
  const key = QUEUED_MESSAGES;
  return {
    keep: (value) => journal.keep({ key, owner, id: value.messageId, value }),
    amend: (value) => journal.amend({ key, owner, id: value.messageId, value }),
    drop: (id) => journal.drop({ key, owner, id }),
  };
}

function queueConfiguration(request: ResourceRequest, endpointUrl: string): QueueConfiguration {
  const { properties, stack } = request;
  const fifo = isTrue(properties.FifoQueue);
  const given = physicalName(request, 'QueueName');
  const name = fifo && !given.endsWith('.fifo') ? `${given}.fifo` : given;
  const redrive = redrivePolicy(properties.RedrivePolicy);
  return {
    name,
    arn: arnOf(request, 'sqs', name),
    url: `${endpointUrl}/${stack.account}/${name}`,
    fifo,
    contentBasedDeduplication: isTrue(properties.ContentBasedDeduplication),
    visibilityTimeout: numberOf(properties, 'VisibilityTimeout', 30),
    delay: numberOf(properties, 'DelaySeconds', 0),
    retention: numberOf(properties, 'MessageRetentionPeriod', FOUR_DAYS),
    receiveWait: numberOf(properties, 'ReceiveMessageWaitTimeSeconds', 0),
    maximumMessageSize: numberOf(properties, 'MaximumMessageSize', SQS_LIMITS.messageBytes),
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
