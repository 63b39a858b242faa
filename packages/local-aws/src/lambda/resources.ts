import type { ResourceInput, Services } from '../services';
import { allowOnly, arnOf, numberOf, physicalName, type ResourceFactories } from '../template/resource-type';
import { isTemplateObject, TemplateError, type TemplateValue } from '../template/template';
import { functionConfiguration } from './configuration';
import { EventSourceMapping } from './event-source-mapping';

const DEFAULT_BATCH = 10;
const SIX_HOURS = 21_600;

export const lambdaResources: ResourceFactories = {
  'AWS::Lambda::Function': (input) => {
    const { services, properties } = input;
    const name = physicalName(input, 'FunctionName');
    const arn = arnOf(input, 'lambda', `function:${name}`);
    const hostEnvironment = functionEnvironment(services, String(properties.Role));
    services.lambda.deploy(functionConfiguration({ name, arn, properties, assets: services.assets, hostEnvironment }));
    return { ref: name, attributes: { Arn: arn } };
  },
  'AWS::Lambda::Permission': (input) => {
    allowOnly(input, ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount']);
    const { services, properties, logicalId } = input;
    services.lambda.permissions(functionArn(input, properties.FunctionName)).add(logicalId, properties);
    return { ref: logicalId, attributes: {} };
  },
  'AWS::Lambda::EventInvokeConfig': (input) => {
    allowOnly(input, [
      'FunctionName',
      'Qualifier',
      'MaximumRetryAttempts',
      'MaximumEventAgeInSeconds',
      'DestinationConfig',
    ]);
    const { services, properties } = input;
    const arn = functionArn(input, properties.FunctionName);
    const onFailure = destination(input, arn, 'OnFailure');
    const onSuccess = destination(input, arn, 'OnSuccess');
    services.lambda.configureAsync(arn, {
      maximumRetryAttempts: numberOf(properties, 'MaximumRetryAttempts', 2),
      maximumEventAgeSeconds: numberOf(properties, 'MaximumEventAgeInSeconds', SIX_HOURS),
      ...(onFailure && { onFailure }),
      ...(onSuccess && { onSuccess }),
    });
    return { ref: input.logicalId, attributes: {} };
  },
  'AWS::Lambda::EventSourceMapping': (input) => {
    allowOnly(input, [
      'EventSourceArn',
      'FunctionName',
      'BatchSize',
      'FunctionResponseTypes',
      'MaximumBatchingWindowInSeconds',
      'ScalingConfig',
      'Enabled',
      'Tags',
    ]);
    input.services.mappings.push(eventSourceMapping(input));
    return { ref: input.logicalId, attributes: { Id: input.logicalId } };
  },
};

/** What Lambda itself adds to a function's environment; the endpoints lead the SDK clients to this machine. */
function functionEnvironment(services: Services, roleArn: string): Record<string, string> {
  const { endpoint, region, iam } = services;
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: iam.accessKeyOf(roleArn),
    AWS_SECRET_ACCESS_KEY: 'embedded',
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint.url,
    AWS_ENDPOINT_URL_SQS: endpoint.url,
    AWS_ENDPOINT_URL_SSM: endpoint.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint.url,
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: endpoint.url,
    AWS_ENDPOINT_URL_IOT: endpoint.url,
    AWS_ENDPOINT_URL_IOT_DATA_PLANE: endpoint.url,
  };
}

function functionArn(input: ResourceInput, nameOrArn: TemplateValue | undefined): string {
  const text = String(nameOrArn);
  return text.startsWith('arn:') ? text : arnOf(input, 'lambda', `function:${text}`);
}

function destination(
  input: ResourceInput,
  arn: string,
  kind: 'OnFailure' | 'OnSuccess',
): ((record: string) => Promise<void>) | undefined {
  const { services, properties, logicalId } = input;
  const config = isTemplateObject(properties.DestinationConfig) ? properties.DestinationConfig[kind] : undefined;
  if (!isTemplateObject(config)) return undefined;
  const queue = services.sqs.byArn(String(config.Destination));
  if (!queue)
    throw new TemplateError(`${logicalId}: destination ${String(config.Destination)} is not a queue of this stack`);
  const accessKeyId = services.iam.accessKeyOf(services.lambda.configuration(arn).roleArn);
  return async (record) => services.sqs.sendAs(accessKeyId, queue, record);
}

function eventSourceMapping(input: ResourceInput): EventSourceMapping {
  const { services, properties, logicalId } = input;
  const queue = services.sqs.byArn(String(properties.EventSourceArn));
  if (!queue)
    throw new TemplateError(
      `${logicalId}: event source ${String(properties.EventSourceArn)} is not a queue of this stack`,
    );
  const arn = functionArn(input, properties.FunctionName);
  const { roleArn, name } = services.lambda.configuration(arn);
  const accessKeyId = services.iam.accessKeyOf(roleArn);
  for (const action of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']) {
    if (!services.sqs.isAllowed(accessKeyId, action, queue)) {
      throw new TemplateError(
        `${logicalId}: the execution role of ${name} does not have permission to call ${action} on SQS`,
      );
    }
  }
  const types = Array.isArray(properties.FunctionResponseTypes) ? properties.FunctionResponseTypes : [];
  const scaling = isTemplateObject(properties.ScalingConfig) ? properties.ScalingConfig : {};
  return new EventSourceMapping(
    queue,
    services.sqs,
    {
      batchSize: numberOf(properties, 'BatchSize', DEFAULT_BATCH),
      reportBatchItemFailures: types.includes('ReportBatchItemFailures'),
      maximumConcurrency: Math.min(services.concurrency, numberOf(scaling, 'MaximumConcurrency', services.concurrency)),
      region: services.region,
    },
    (event) => services.lambda.invoke(arn, event),
    (line) => services.onLog(name, line),
  );
}
