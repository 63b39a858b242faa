import type { ResourceReference } from '../../template/intrinsics';
import { allowOnly, physicalName, type ResourceRequest } from '../../template/resource-type';
import { TemplateError } from '../../template/template';
import { type ApiParts, hostOf, type WebSocketApiParts } from '../api-parts';
import { integratedFunction } from '../integrated-function';
import { type ApiPart, type PartProperties, propertiesOf } from '../part-properties';

/** The properties that each part of a WebSocket API may have. */
export const WEB_SOCKET_PROPERTIES: Readonly<Record<ApiPart, PartProperties>> = {
  Api: { reads: ['Name', 'ProtocolType'], ignores: ['Description', 'RouteSelectionExpression', 'Tags'] },
  Integration: {
    reads: ['ApiId', 'IntegrationType', 'IntegrationUri'],
    ignores: ['Description', 'IntegrationMethod', 'TimeoutInMillis'],
  },
  Route: {
    reads: ['ApiId', 'RouteKey', 'Target', 'AuthorizationType'],
    ignores: ['OperationName', 'RouteResponseSelectionExpression'],
  },
  Stage: { reads: ['ApiId', 'StageName'], ignores: ['AutoDeploy', 'DefaultRouteSettings', 'Description', 'Tags'] },
};

/** Route keys that need no expression: connecting, disconnecting, and every message. */
const ROUTE_KEYS = ['$connect', '$disconnect', '$default'];

export function createWebSocketApi(request: ResourceRequest, parts: ApiParts): ResourceReference {
  allowOnly(request, propertiesOf(WEB_SOCKET_PROPERTIES.Api));
  const { logicalId, stack } = request;
  if (parts.webSocket) throw new TemplateError(`${logicalId}: there is one port for one WebSocket API`);
  parts.webSocket = {
    apiId: logicalId,
    name: physicalName(request, 'Name'),
    stage: '',
    integrations: new Map<string, string>(),
    routes: new Map<string, string>(),
    responds: false,
  };
  const ApiEndpoint = `wss://${hostOf(logicalId, stack.region)}`;
  return { ref: logicalId, attributes: { ApiId: logicalId, ApiEndpoint } };
}

export function createWebSocketIntegration(request: ResourceRequest, parts: ApiParts): ResourceReference {
  allowOnly(request, propertiesOf(WEB_SOCKET_PROPERTIES.Integration));
  const { properties, logicalId } = request;
  if (properties.IntegrationType !== 'AWS_PROXY') throw new TemplateError(`${logicalId}: only AWS_PROXY is supported`);
  apiOf(request, parts).integrations.set(logicalId, integratedFunction(String(properties.IntegrationUri)));
  return { ref: logicalId, attributes: { IntegrationId: logicalId } };
}

export function createWebSocketRoute(request: ResourceRequest, parts: ApiParts): ResourceReference {
  allowOnly(request, propertiesOf(WEB_SOCKET_PROPERTIES.Route));
  const { properties, logicalId } = request;
  const routeKey = String(properties.RouteKey);
  if (!ROUTE_KEYS.includes(routeKey)) throw new TemplateError(`${logicalId}: route ${routeKey} is not supported`);
  const type = properties.AuthorizationType ?? 'NONE';
  if (type !== 'NONE') throw new TemplateError(`${logicalId}: AuthorizationType ${String(type)} is not supported`);
  const api = apiOf(request, parts);
  const functionArn = api.integrations.get(String(properties.Target).replace('integrations/', ''));
  if (functionArn === undefined) {
    throw new TemplateError(`${logicalId}: target ${String(properties.Target)} does not exist`);
  }
  api.routes.set(routeKey, functionArn);
  return { ref: logicalId, attributes: { RouteId: logicalId } };
}

/** A route response sends the result of `$default` back to the client. */
export function createWebSocketResponse(request: ResourceRequest, parts: ApiParts): ResourceReference {
  if (request.properties.RouteResponseKey !== '$default') {
    throw new TemplateError(`${request.logicalId}: only the route response $default is supported`);
  }
  apiOf(request, parts).responds = true;
  return { ref: request.logicalId, attributes: { RouteResponseId: request.logicalId } };
}

export function createWebSocketStage(request: ResourceRequest, parts: ApiParts): ResourceReference {
  allowOnly(request, propertiesOf(WEB_SOCKET_PROPERTIES.Stage));
  const stage = String(request.properties.StageName);
  apiOf(request, parts).stage = stage;
  return { ref: stage, attributes: {} };
}

function apiOf({ properties, logicalId }: ResourceRequest, { webSocket }: ApiParts): WebSocketApiParts {
  if (webSocket?.apiId === String(properties.ApiId)) return webSocket;
  throw new TemplateError(`${logicalId}: WebSocket API ${String(properties.ApiId)} does not exist`);
}
