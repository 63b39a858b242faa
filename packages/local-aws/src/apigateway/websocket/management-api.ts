import type { IncomingMessage } from 'node:http';
import { AwsError } from '../../endpoint/aws-error';
import { readBody } from '../../endpoint/aws-json';
import type { ServiceHandler } from '../../endpoint/service-endpoint';
import { type Access, demandAccess } from '../../iam/access';
import { APIGATEWAY_LIMITS } from '../limits';
import type { WebSocketApi } from './web-socket-api';

const CONNECTION = /^(?:\/[^/@]+)?\/@connections\/([^/?]+)$/;
const ACTION = 'execute-api:ManageConnections';

/**
 * `@connections` over HTTP, as the SDK's `ApiGatewayManagementApiClient` speaks it. `apiOf` gives the one WebSocket
 * API, or undefined before it is open.
 */
export function managementApi(access: Access, apiOf: () => WebSocketApi | undefined): ServiceHandler {
  return async (accessKeyId, request, response) => {
    try {
      response.writeHead(await manage(access, apiOf(), accessKeyId, request), { 'content-length': 0 }).end();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      response.writeHead(error.status, { 'content-type': 'application/json', 'x-amzn-errortype': error.code });
      response.end(JSON.stringify({ message: error.message }));
    }
  };
}

/** Carries out one request; the HTTP status of its answer. */
async function manage(
  access: Access,
  api: WebSocketApi | undefined,
  accessKeyId: string,
  request: IncomingMessage,
): Promise<number> {
  const label = CONNECTION.exec(request.url ?? '')?.[1];
  const method = request.method ?? '';
  if (api === undefined || label === undefined) throw new AwsError('ForbiddenException', 'Forbidden', 403);
  const id = decodeURIComponent(label);
  const { arn, stage } = api.configuration;
  const resource = `${arn}/${stage}/${method}/@connections/${id}`;
  demandAccess(access, { accessKeyId, action: ACTION, resource, status: 403 });
  if (method === 'POST') return post(api, id, await readBody(request));
  if (method === 'DELETE') return api.end(id) ? 204 : gone();
  throw new AwsError('UnknownOperationException', `${method} of a connection is not embedded here`, 404);
}

function post(api: WebSocketApi, id: string, data: Buffer): number {
  const sent = api.post(id, data);
  if (sent === 'tooLarge') {
    throw new AwsError('PayloadTooLargeException', `more than ${APIGATEWAY_LIMITS.webSocketMessageBytes} bytes`, 413);
  }
  return sent === 'gone' ? gone() : 200;
}

function gone(): never {
  throw new AwsError('GoneException', 'the connection is not there any more', 410);
}
