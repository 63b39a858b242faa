import type { CollectedHttpApi, ResourceInput } from '../services';
import { allowOnly, physicalName, type ResourceFactories } from '../template/resource-type';
import { TemplateError } from '../template/template';
import {
  isWebSocketApi,
  makeWebSocketApi,
  makeWebSocketIntegration,
  makeWebSocketResponse,
  makeWebSocketRoute,
  makeWebSocketStage,
} from './websocket/web-socket-resources';

export const apigatewayResources: ResourceFactories = {
  'AWS::ApiGatewayV2::Api': (input) => {
    if (input.properties.ProtocolType === 'WEBSOCKET') return makeWebSocketApi(input);
    allowOnly(input, ['Name', 'Description', 'ProtocolType', 'DisableExecuteApiEndpoint', 'Tags', 'Version']);
    const { services, logicalId, properties } = input;
    if (properties.ProtocolType !== 'HTTP') {
      throw new TemplateError(`${logicalId}: ProtocolType ${String(properties.ProtocolType)} is not supported`);
    }
    if (services.httpApis.size > 0) throw new TemplateError(`${logicalId}: there is one port for one HTTP API`);
    const api = { name: physicalName(input, 'Name'), stage: '', integrations: new Map<string, string>(), routes: [] };
    services.httpApis.set(logicalId, api);
    return {
      ref: logicalId,
      attributes: {
        ApiId: logicalId,
        ApiEndpoint: `https://${logicalId}.execute-api.${services.region}.amazonaws.com`,
      },
    };
  },
  'AWS::ApiGatewayV2::Integration': (input) => {
    if (isWebSocketApi(input)) return makeWebSocketIntegration(input, integratedFunction);
    allowOnly(input, [
      'ApiId',
      'Description',
      'IntegrationType',
      'IntegrationUri',
      'IntegrationMethod',
      'PayloadFormatVersion',
      'TimeoutInMillis',
    ]);
    const { properties, logicalId } = input;
    if (properties.IntegrationType !== 'AWS_PROXY' || properties.PayloadFormatVersion !== '2.0') {
      throw new TemplateError(`${logicalId}: only AWS_PROXY with payload format 2.0 is supported`);
    }
    apiOf(input).integrations.set(logicalId, integratedFunction(String(properties.IntegrationUri)));
    return { ref: logicalId, attributes: { IntegrationId: logicalId } };
  },
  'AWS::ApiGatewayV2::Route': (input) => {
    if (isWebSocketApi(input)) return makeWebSocketRoute(input);
    allowOnly(input, ['ApiId', 'RouteKey', 'Target', 'AuthorizationType', 'OperationName', 'ApiKeyRequired']);
    const { properties, logicalId } = input;
    if (properties.AuthorizationType !== undefined && properties.AuthorizationType !== 'NONE') {
      throw new TemplateError(
        `${logicalId}: AuthorizationType ${String(properties.AuthorizationType)} is not supported`,
      );
    }
    const api = apiOf(input);
    const functionArn = api.integrations.get(String(properties.Target).replace('integrations/', ''));
    if (functionArn === undefined)
      throw new TemplateError(`${logicalId}: target ${String(properties.Target)} does not exist`);
    api.routes.push({ routeKey: String(properties.RouteKey), functionArn });
    return { ref: logicalId, attributes: { RouteId: logicalId } };
  },
  'AWS::ApiGatewayV2::RouteResponse': makeWebSocketResponse,
  'AWS::ApiGatewayV2::Stage': (input) => {
    if (isWebSocketApi(input)) return makeWebSocketStage(input);
    allowOnly(input, [
      'ApiId',
      'StageName',
      'AutoDeploy',
      'AccessLogSettings',
      'DefaultRouteSettings',
      'Description',
      'Tags',
    ]);
    const stage = String(input.properties.StageName);
    if (stage !== '$default') throw new TemplateError(`${input.logicalId}: only the stage $default is supported`);
    apiOf(input).stage = stage;
    return { ref: stage, attributes: {} };
  },
};

function apiOf({ services, properties, logicalId }: ResourceInput): CollectedHttpApi {
  const api = services.httpApis.get(String(properties.ApiId));
  if (!api) throw new TemplateError(`${logicalId}: HTTP API ${String(properties.ApiId)} does not exist`);
  return api;
}

/** The function of an integration URI: its ARN, or the longer form that API Gateway calls it by. */
function integratedFunction(uri: string): string {
  return /\/functions\/(arn:.+)\/invocations$/.exec(uri)?.[1] ?? uri;
}
