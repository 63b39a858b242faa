import type { RoleKeys } from '../iam/access';
import type { QueueReader, QueueSender } from '../sqs/queue-sender';
import type { ResourceReference } from '../template/intrinsics';
import { arnOf, numberOf, physicalName, type ResourceRequest, type ResourceTypes } from '../template/resource-type';
import { isTemplateObject, TemplateError, type TemplateValue } from '../template/template';
import type { CodeFolders } from './code-folders';
import { functionConfiguration } from './configuration';
import { EventSourceMapping } from './event-source-mapping';
import type { Functions } from './functions';
import { hostEnvironment } from './host-environment';
import { LAMBDA_LIMITS } from './limits';

/** What Lambda's resources need when they are made. */
interface LambdaSurroundings {
  readonly functions: Functions;
  readonly roleKeys: RoleKeys;
  readonly queues: QueueSender & QueueReader;
  readonly code: CodeFolders;
  readonly endpointUrl: string;
  /** Most batches of one event source mapping that its function may have at the same time. */
  readonly concurrency: number;
  /** Where event source mappings are collected until they start. */
  readonly mappings: EventSourceMapping[];
  onLog(functionName: string, line: string): void;
}

const DEFAULT_BATCH = 10;
const READ_ACTIONS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

export function lambdaResources(surroundings: LambdaSurroundings): ResourceTypes {
  const { functions } = surroundings;
  return {
    'AWS::Lambda::Function': {
      reads: ['Code', 'Environment', 'FunctionName', 'Handler', 'MemorySize', 'Role', 'Runtime', 'Timeout'],
      ignores: [
        'Architectures',
        'Description',
        'EphemeralStorage',
        'LoggingConfig',
        'RuntimeManagementConfig',
        'Tags',
        'TracingConfig',
      ],
      create: (request) => createFunction(request, surroundings),
    },
    'AWS::Lambda::Permission': {
      reads: ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'],
      create: (request) => {
        const { properties, logicalId } = request;
        functions.permissions(functionArn(request, properties.FunctionName)).add(logicalId, properties);
        return { ref: logicalId, attributes: {} };
      },
    },
    'AWS::Lambda::EventInvokeConfig': {
      reads: ['FunctionName', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig'],
      ignores: ['Qualifier'],
      create: (request) => configureAsync(request, surroundings),
    },
    'AWS::Lambda::EventSourceMapping': {
      reads: ['EventSourceArn', 'FunctionName', 'BatchSize', 'FunctionResponseTypes', 'ScalingConfig', 'Enabled'],
      ignores: ['MaximumBatchingWindowInSeconds', 'Tags'],
      create: (request) => {
        const mapping = eventSourceMapping(request, surroundings);
        if (request.properties.Enabled !== false) surroundings.mappings.push(mapping);
        return { ref: request.logicalId, attributes: { Id: request.logicalId } };
      },
    },
  };
}

function createFunction(
  request: ResourceRequest,
  { functions, roleKeys, code, endpointUrl }: LambdaSurroundings,
): ResourceReference {
  const { properties, stack } = request;
  const name = physicalName(request, 'FunctionName');
  const arn = arnOf(request, 'lambda', `function:${name}`);
  const accessKeyId = roleKeys.accessKeyOf(String(properties.Role));
  const environment = hostEnvironment(stack.region, accessKeyId, endpointUrl);
  functions.deploy(functionConfiguration({ name, arn, properties, code, hostEnvironment: environment }));
  return { ref: name, attributes: { Arn: arn } };
}

function functionArn(request: ResourceRequest, nameOrArn: TemplateValue | undefined): string {
  const text = String(nameOrArn);
  return text.startsWith('arn:') ? text : arnOf(request, 'lambda', `function:${text}`);
}

function configureAsync(request: ResourceRequest, surroundings: LambdaSurroundings): ResourceReference {
  const { properties, logicalId } = request;
  const arn = functionArn(request, properties.FunctionName);
  const onFailure = destination(request, arn, 'OnFailure', surroundings);
  const onSuccess = destination(request, arn, 'OnSuccess', surroundings);
  surroundings.functions.configureAsync(arn, {
    maximumRetryAttempts: numberOf(properties, 'MaximumRetryAttempts', LAMBDA_LIMITS.retryAttempts),
    maximumEventAgeSeconds: numberOf(properties, 'MaximumEventAgeInSeconds', LAMBDA_LIMITS.eventAgeSeconds),
    ...(onFailure && { onFailure }),
    ...(onSuccess && { onSuccess }),
  });
  return { ref: logicalId, attributes: {} };
}

function destination(
  { properties, logicalId }: ResourceRequest,
  arn: string,
  kind: 'OnFailure' | 'OnSuccess',
  { functions, roleKeys, queues }: LambdaSurroundings,
): ((record: string) => Promise<void>) | undefined {
  const config = isTemplateObject(properties.DestinationConfig) ? properties.DestinationConfig[kind] : undefined;
  if (!isTemplateObject(config)) return undefined;
  const queue = queues.byArn(String(config.Destination));
  if (!queue) {
    throw new TemplateError(`${logicalId}: destination ${String(config.Destination)} is not a queue of this stack`);
  }
  const accessKeyId = roleKeys.accessKeyOf(functions.configuration(arn).roleArn);
  return async (record) => queues.sendAs(accessKeyId, queue, record);
}

function eventSourceMapping(request: ResourceRequest, surroundings: LambdaSurroundings): EventSourceMapping {
  const { properties, logicalId, stack } = request;
  const { functions, roleKeys, queues, concurrency, onLog } = surroundings;
  const queue = queues.byArn(String(properties.EventSourceArn));
  if (!queue) {
    const source = String(properties.EventSourceArn);
    throw new TemplateError(`${logicalId}: event source ${source} is not a queue of this stack`);
  }
  const arn = functionArn(request, properties.FunctionName);
  const { roleArn, name } = functions.configuration(arn);
  const accessKeyId = roleKeys.accessKeyOf(roleArn);
  const missing = READ_ACTIONS.find((action) => !queues.isAllowed(accessKeyId, action, queue));
  if (missing !== undefined) {
    const refusal = `the execution role of ${name} does not have permission to call ${missing} on SQS`;
    throw new TemplateError(`${logicalId}: ${refusal}`);
  }
  const types = Array.isArray(properties.FunctionResponseTypes) ? properties.FunctionResponseTypes : [];
  const scaling = isTemplateObject(properties.ScalingConfig) ? properties.ScalingConfig : {};
  return new EventSourceMapping(
    queue,
    queues,
    {
      batchSize: numberOf(properties, 'BatchSize', DEFAULT_BATCH),
      reportBatchItemFailures: types.includes('ReportBatchItemFailures'),
      maximumConcurrency: Math.min(concurrency, numberOf(scaling, 'MaximumConcurrency', concurrency)),
      region: stack.region,
    },
    (event) => functions.invoke(arn, event),
    (line) => onLog(name, line),
  );
}
