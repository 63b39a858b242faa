import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ApiConnection } from './api-connection';

/** What events tell of the API. */
export interface WebSocketApiIdentity {
  readonly apiId: string;
  readonly stage: string;
}

export type EventType = 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
const ROUTE_KEYS = { CONNECT: '$connect', MESSAGE: '$default', DISCONNECT: '$disconnect' } as const;

/** The part of an event that all three kinds have (APIGW/apigateway-websocket-api-mapping-template-reference.html). */
export function eventContext(
  type: EventType,
  { apiId, stage }: WebSocketApiIdentity,
  connection: ApiConnection,
  { requestId, at }: { readonly requestId: string; readonly at: number },
): object {
  return {
    routeKey: ROUTE_KEYS[type],
    eventType: type,
    ...(type === 'MESSAGE' && { messageId: requestId }),
    messageDirection: 'IN',
    stage,
    apiId,
    connectionId: connection.id,
    connectedAt: connection.connectedAt,
    domainName: connection.domainName,
    identity: { sourceIp: connection.sourceIp, userAgent: connection.userAgent },
    requestId,
    extendedRequestId: requestId,
    requestTimeEpoch: at,
  };
}

/** Headers of the upgrade request, spelled as they came; only `$connect` sees them. */
export function upgradeHeaders(request: IncomingMessage): {
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Record<string, string[]>;
  readonly queryStringParameters?: Record<string, string>;
} {
  const multiValueHeaders: Record<string, string[]> = {};
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), request.rawHeaders[index + 1] ?? ''];
  }
  const secure = (request.socket as TLSSocket).encrypted === true;
  multiValueHeaders['X-Forwarded-For'] = [request.socket.remoteAddress ?? '127.0.0.1'];
  multiValueHeaders['X-Forwarded-Port'] = [String(request.socket.localPort ?? '')];
  multiValueHeaders['X-Forwarded-Proto'] = [secure ? 'https' : 'http'];
  const query = [...new URL(request.url ?? '/', 'http://localhost').searchParams];
  return {
    headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1) ?? ''])),
    multiValueHeaders,
    ...(query.length > 0 && { queryStringParameters: Object.fromEntries(query) }),
  };
}
