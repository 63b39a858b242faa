import type { ResourceReference } from '../../template/intrinsics';
import { allowOnly, physicalName, type ResourceRequest } from '../../template/resource-type';
import { TemplateError } from '../../template/template';
import { type ApiParts, type HttpApiParts, hostOf } from '../api-parts';
import { integratedFunction } from '../integrated-function';
import { type ApiPart, type PartProperties, propertiesOf } from '../part-properties';

/** The properties that each part of an HTTP API may have. */
export const HTTP_PROPERTIES: Readonly<Record<ApiPart, PartProperties>> = {
  Api: { reads: ['Name', 'ProtocolType'], ignores: ['Description', 'DisableExecuteApiEndpoint', 'Tags', 'Version'] },
  Integration: {
    reads: ['ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion'],
    ignores: ['Description', 'IntegrationMethod', 'TimeoutInMillis'],
  },
  Route: {
    reads: ['ApiId', 'RouteKey', 'Target', 'AuthorizationType'],
    ignores: ['OperationName', 'ApiKeyRequired'],
  },
  Stage: {
    reads: ['ApiId', 'StageName'],
    ignores: ['AutoDeploy', 'AccessLogSettings', 'DefaultRouteSettings', 'Description', 'Tags'],
  },
};

export function createHttpApi(request: ResourceRequest, parts: ApiParts): ResourceReference {
  const { logicalId, properties, stack } = request;
  allowOnly(request, propertiesOf(HTTP_PROPERTIES.Api));
  if (properties.ProtocolType !== 'HTTP') {
    throw new TemplateError(`${logicalId}: ProtocolType ${String(properties.ProtocolType)} is not supported`);
  }
  if (parts.http) throw new TemplateError(`${logicalId}: there is one port for one HTTP API`);
  parts.http = {
    apiId: logicalId,
    name: physicalName(request, 'Name'),
    stage: '',
    integrations: new Map<string, string>(),
    routes: [],
  };
  return {
    ref: logicalId,
    attributes: { ApiId: logicalId, ApiEndpoint: `https://${hostOf(logicalId, stack.region)}` },
  };
}

export function createHttpIntegration(request: ResourceRequest, parts: ApiParts): ResourceReference {
  allowOnly(request, propertiesOf(HTTP_PROPERTIES.Integration));
  const { properties, logicalId } = request;
  if (properties.IntegrationType !== 'AWS_PROXY' || properties.PayloadFormatVersion !== '2.0') {
    throw new TemplateError(`${logicalId}: only AWS_PROXY with payload format 2.0 is supported`);
  }
  apiOf(request, parts).integrations.set(logicalId, integratedFunction(String(properties.IntegrationUri)));
  return { ref: logicalId, attributes: { IntegrationId: logicalId } };
}

export function createHttpRoute(request: ResourceRequest, parts: ApiParts): ResourceReference {
  allowOnly(request, propertiesOf(HTTP_PROPERTIES.Route));
  const { properties, logicalId } = request;
  const type = properties.AuthorizationType ?? 'NONE';
  if (type !== 'NONE') throw new TemplateError(`${logicalId}: AuthorizationType ${String(type)} is not supported`);
  const api = apiOf(request, parts);
  const functionArn = api.integrations.get(String(properties.Target).replace('integrations/', ''));
  if (functionArn === undefined) {
    throw new TemplateError(`${logicalId}: target ${String(properties.Target)} does not exist`);
  }
  api.routes.push({ routeKey: String(properties.RouteKey), functionArn });
  return { ref: logicalId, attributes: { RouteId: logicalId } };
}

export function createHttpStage(request: ResourceRequest, parts: ApiParts): ResourceReference {
  allowOnly(request, propertiesOf(HTTP_PROPERTIES.Stage));
  const stage = String(request.properties.StageName);
  if (stage !== '$default') throw new TemplateError(`${request.logicalId}: only the stage $default is supported`);
  apiOf(request, parts).stage = stage;
  return { ref: stage, attributes: {} };
}

function apiOf({ properties, logicalId }: ResourceRequest, { http }: ApiParts): HttpApiParts {
  if (http?.apiId === String(properties.ApiId)) return http;
  throw new TemplateError(`${logicalId}: HTTP API ${String(properties.ApiId)} does not exist`);
}
