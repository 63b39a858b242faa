import type { Clock } from '../clock';
import type { Invoker } from '../lambda/invoker';
import type { InvocationResult } from '../lambda/runtime/instance';
import type { ResourceReference } from '../template/intrinsics';
import { arnOf, type ResourceRequest } from '../template/resource-type';
import { isTemplateObject, TemplateError, type TemplateValue } from '../template/template';
import { newUuid } from '../uuid';
import type { ResponseUploads } from './response-uploads';

/** The response that the function of a custom resource uploads. */
interface ResourceResponse {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, string>>;
}

export interface CustomResourceDependencies {
  readonly clock: Clock;
  readonly invoker: Pick<Invoker, 'invoke'>;
  readonly endpointUrl: string;
  readonly uploads: ResponseUploads;
}

/**
 * Runs a custom resource as CloudFormation does: invokes the function behind `ServiceToken` with a Create request and
 * takes the response that the function PUTs to `ResponseURL`. It runs at every start, because no start remembers the
 * last.
 */
export async function createCustomResource(
  request: ResourceRequest,
  { clock, invoker, endpointUrl, uploads }: CustomResourceDependencies,
): Promise<ResourceReference> {
  const { logicalId, type, properties, stack } = request;
  const requestId = newUuid(clock);
  const upload = uploads.expect(requestId);
  const event = {
    RequestType: 'Create',
    ServiceToken: properties.ServiceToken,
    ResponseURL: `${endpointUrl}${upload.path}`,
    StackId: arnOf(request, 'cloudformation', `stack/${stack.stackName}/local`),
    RequestId: requestId,
    LogicalResourceId: logicalId,
    ResourceType: type,
    ResourceProperties: withTexts(properties),
  };
  const result = await invoker.invoke(String(properties.ServiceToken), JSON.stringify(event));
  const body = upload.take();
  if (body === undefined) throw new TemplateError(`custom resource ${logicalId}: ${withoutResponse(result)}`);
  const response = JSON.parse(body) as ResourceResponse;
  if (response.Status !== 'SUCCESS') {
    throw new TemplateError(`custom resource ${logicalId}: ${response.Reason ?? 'failed'}`);
  }
  return { ref: response.PhysicalResourceId ?? logicalId, attributes: response.Data ?? {} };
}

function withoutResponse(result: InvocationResult): string {
  return result.ok ? 'the function answered nothing' : `${result.error.errorType}: ${result.error.errorMessage}`;
}

/** CloudFormation hands every scalar over as text. */
function withTexts(value: TemplateValue): TemplateValue {
  if (Array.isArray(value)) return value.map(withTexts);
  if (isTemplateObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTexts(item)]));
  }
  return value === null ? '' : String(value);
}
