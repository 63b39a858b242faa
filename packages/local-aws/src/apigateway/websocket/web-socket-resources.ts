import type { CollectedWebSocketApi, ResourceInput } from '../../services';
import type { ResourceReference } from '../../template/intrinsics';
import { allowOnly, physicalName } from '../../template/resource-type';
import { TemplateError } from '../../template/template';

/** Route keys that need no expression: connecting, disconnecting, and every message. */
const ROUTE_KEYS = ['$connect', '$disconnect', '$default'];

/** Whether a part belongs to a WebSocket API of the template. */
export const isWebSocketApi = ({ services, properties }: ResourceInput): boolean =>
  services.webSocketApis.has(String(properties.ApiId));

export function makeWebSocketApi(input: ResourceInput): ResourceReference {
  allowOnly(input, ['Name', 'Description', 'ProtocolType', 'RouteSelectionExpression', 'Tags']);
  const { services, logicalId } = input;
  if (services.webSocketApis.size > 0) throw new TemplateError(`${logicalId}: there is one port for one WebSocket API`);
  const parts = { integrations: new Map<string, string>(), routes: new Map<string, string>() };
  services.webSocketApis.set(logicalId, { name: physicalName(input, 'Name'), stage: '', responds: false, ...parts });
  const ApiEndpoint = `wss://${logicalId}.execute-api.${services.region}.amazonaws.com`;
  return { ref: logicalId, attributes: { ApiId: logicalId, ApiEndpoint } };
}

export function makeWebSocketIntegration(input: ResourceInput, functionOf: (uri: string) => string): ResourceReference {
  allowOnly(input, [
    'ApiId',
    'Description',
    'IntegrationType',
    'IntegrationUri',
    'IntegrationMethod',
    'TimeoutInMillis',
  ]);
  const { properties, logicalId } = input;
  if (properties.IntegrationType !== 'AWS_PROXY') throw new TemplateError(`${logicalId}: only AWS_PROXY is supported`);
  apiOf(input).integrations.set(logicalId, functionOf(String(properties.IntegrationUri)));
  return { ref: logicalId, attributes: { IntegrationId: logicalId } };
}

export function makeWebSocketRoute(input: ResourceInput): ResourceReference {
  allowOnly(input, [
    'ApiId',
    'RouteKey',
    'Target',
    'AuthorizationType',
    'OperationName',
    'RouteResponseSelectionExpression',
  ]);
  const { properties, logicalId } = input;
  const routeKey = String(properties.RouteKey);
  if (!ROUTE_KEYS.includes(routeKey)) throw new TemplateError(`${logicalId}: route ${routeKey} is not supported`);
  if ((properties.AuthorizationType ?? 'NONE') !== 'NONE')
    throw new TemplateError(`${logicalId}: AuthorizationType ${String(properties.AuthorizationType)} is not supported`);
  const functionArn = apiOf(input).integrations.get(String(properties.Target).replace('integrations/', ''));
  if (functionArn === undefined)
    throw new TemplateError(`${logicalId}: target ${String(properties.Target)} does not exist`);
  apiOf(input).routes.set(routeKey, functionArn);
  return { ref: logicalId, attributes: { RouteId: logicalId } };
}

/** What makes the result of `$default` the answer to the client. */
export function makeWebSocketResponse(input: ResourceInput): ResourceReference {
  allowOnly(input, ['ApiId', 'RouteId', 'RouteResponseKey']);
  if (input.properties.RouteResponseKey !== '$default')
    throw new TemplateError(`${input.logicalId}: only the route response $default is supported`);
  apiOf(input).responds = true;
  return { ref: input.logicalId, attributes: { RouteResponseId: input.logicalId } };
}

export function makeWebSocketStage(input: ResourceInput): ResourceReference {
  allowOnly(input, ['ApiId', 'StageName', 'AutoDeploy', 'DefaultRouteSettings', 'Description', 'Tags']);
  const stage = String(input.properties.StageName);
  apiOf(input).stage = stage;
  return { ref: stage, attributes: {} };
}

function apiOf({ services, properties, logicalId }: ResourceInput): CollectedWebSocketApi {
  const api = services.webSocketApis.get(String(properties.ApiId));
  if (!api) throw new TemplateError(`${logicalId}: WebSocket API ${String(properties.ApiId)} does not exist`);
  return api;
}
