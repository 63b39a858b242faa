import type { ResourceTypes } from '../template/resource-type';
import type { ApiParts } from './api-parts';
import {
  createHttpApi,
  createHttpIntegration,
  createHttpRoute,
  createHttpStage,
  HTTP_PROPERTIES,
} from './http/http-resources';
import type { ApiPart, PartProperties } from './part-properties';
import {
  createWebSocketApi,
  createWebSocketIntegration,
  createWebSocketResponse,
  createWebSocketRoute,
  createWebSocketStage,
  WEB_SOCKET_PROPERTIES,
} from './websocket/web-socket-resources';

/** HTTP and WebSocket APIs have the same resource types. The API that a part belongs to decides how it is made. */
export function apiGatewayResources(parts: ApiParts): ResourceTypes {
  const isWebSocket = (apiId: unknown): boolean => parts.webSocket?.apiId === String(apiId);
  return {
    'AWS::ApiGatewayV2::Api': {
      ...either('Api'),
      create: (request) =>
        request.properties.ProtocolType === 'WEBSOCKET'
          ? createWebSocketApi(request, parts)
          : createHttpApi(request, parts),
    },
    'AWS::ApiGatewayV2::Integration': {
      ...either('Integration'),
      create: (request) =>
        isWebSocket(request.properties.ApiId)
          ? createWebSocketIntegration(request, parts)
          : createHttpIntegration(request, parts),
    },
    'AWS::ApiGatewayV2::Route': {
      ...either('Route'),
      create: (request) =>
        isWebSocket(request.properties.ApiId) ? createWebSocketRoute(request, parts) : createHttpRoute(request, parts),
    },
    'AWS::ApiGatewayV2::RouteResponse': {
      reads: ['ApiId', 'RouteResponseKey'],
      ignores: ['RouteId'],
      create: (request) => createWebSocketResponse(request, parts),
    },
    'AWS::ApiGatewayV2::Stage': {
      ...either('Stage'),
      create: (request) =>
        isWebSocket(request.properties.ApiId) ? createWebSocketStage(request, parts) : createHttpStage(request, parts),
    },
  };
}

/** The properties of both kinds. A property of the other kind is refused when the part is made. */
function either(part: ApiPart): PartProperties {
  const [http, webSocket] = [HTTP_PROPERTIES[part], WEB_SOCKET_PROPERTIES[part]];
  return {
    reads: [...new Set([...http.reads, ...webSocket.reads])],
    ignores: [...new Set([...http.ignores, ...webSocket.ignores])],
  };
}
