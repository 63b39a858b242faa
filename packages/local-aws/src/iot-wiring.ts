import { AwsError } from './endpoint/aws-error';
import type { Foundation } from './foundation';
import { IotCore } from './iot/iot-core';
import type { InvocationResult } from './lambda/instance';
import type { EmbeddedCloudOptions } from './options';

/** The name under which SDK clients sign for the data plane; the older one is still accepted by AWS. */
const SIGNING_NAMES = ['iotdata', 'iotdevicegateway'];

/** Makes the broker of the template's IoT resources and connects it with the other services. */
export function startIot({ services, meter }: Foundation, options: EmbeddedCloudOptions): IotCore {
  const { region, account, clock, lambda, sqs, iam } = services;
  const { onEvent } = options;
  const iot = new IotCore(
    {
      region,
      account,
      clock,
      meter,
      invoke: async (functionArn, event, source) =>
        resultOf(await lambda.invoke(functionArn, JSON.stringify(event), source)),
      invokeAsync: async (functionArn, event, source) => lambda.invokeAsync(functionArn, JSON.stringify(event), source),
      sendMessage: async (queueUrl, body, roleArn) => {
        const queue = sqs.byUrl(queueUrl);
        if (!queue) throw new AwsError('QueueDoesNotExist', `queue ${queueUrl} does not exist`);
        sqs.sendAs(iam.accessKeyOf(roleArn), queue, body);
      },
      isAllowed: (accessKeyId, action, resource, context) => iam.isAllowed(accessKeyId, action, resource, context),
      ...(onEvent && { onEvent }),
    },
    services.iot,
    options.iot,
  );
  for (const name of SIGNING_NAMES) {
    services.endpoint.mount(name, (_accessKeyId, request, response) => iot.dataPlane(request, response));
  }
  return iot;
}

function resultOf(outcome: InvocationResult): unknown {
  if (outcome.ok) return JSON.parse(outcome.payload);
  throw new AwsError(outcome.error.errorType, outcome.error.errorMessage, 500);
}
