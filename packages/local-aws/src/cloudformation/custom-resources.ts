import type { ResourceInput } from '../services';
import type { ResourceReference } from '../template/intrinsics';
import { arnOf } from '../template/resource-type';
import { isTemplateObject, TemplateError, type TemplateValue } from '../template/template';
import { newUuid } from '../uuid';

interface Answer {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, string>>;
}

/** Whether a resource type is a custom resource. */
export function isCustomResource(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

/**
 * Runs a custom resource as CloudFormation does: invokes the function behind `ServiceToken` with a Create request and
 * takes the answer that it PUTs to `ResponseURL`. It runs at every start, because nothing here remembers the last one.
 */
export async function createCustomResource(input: ResourceInput): Promise<ResourceReference> {
  const { services, logicalId, type, properties } = input;
  const requestId = newUuid(services.clock);
  const answers: string[] = [];
  services.endpoint.callbacks.set(requestId, (body) => answers.push(body));
  const event = {
    RequestType: 'Create',
    ServiceToken: properties.ServiceToken,
    ResponseURL: `${services.endpoint.url}/callback/${requestId}`,
    StackId: arnOf(input, 'cloudformation', `stack/${services.stackName}/local`),
    RequestId: requestId,
    LogicalResourceId: logicalId,
    ResourceType: type,
    ResourceProperties: stringified(properties),
  };
  const outcome = await services.lambda.invoke(String(properties.ServiceToken), JSON.stringify(event));
  services.endpoint.callbacks.delete(requestId);
  const [body] = answers;
  if (body === undefined) {
    const reason = outcome.ok
      ? 'the function answered nothing'
      : `${outcome.error.errorType}: ${outcome.error.errorMessage}`;
    throw new TemplateError(`custom resource ${logicalId}: ${reason}`);
  }
  const answer = JSON.parse(body) as Answer;
  if (answer.Status !== 'SUCCESS')
    throw new TemplateError(`custom resource ${logicalId}: ${answer.Reason ?? 'failed'}`);
  return { ref: answer.PhysicalResourceId ?? logicalId, attributes: answer.Data ?? {} };
}

/** CloudFormation hands every scalar over as text. */
function stringified(value: TemplateValue): TemplateValue {
  if (Array.isArray(value)) return value.map(stringified);
  if (isTemplateObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, stringified(item)]));
  }
  return value === null ? '' : String(value);
}
