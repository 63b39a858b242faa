import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** What events tell of the API. */
export interface ApiIdentity {
  readonly apiId: string;
  readonly account: string;
  readonly stage: string;
}

/** The route of a request and the values of its variables. */
export interface RouteMatch {
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface RequestFacts {
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const TEXT_TYPES = /^(text\/.*|application\/(json|xml|javascript))$/;

/** The event of an HTTP API, payload format 2.0 (APIGW/http-api-develop-integrations-lambda.html). */
export function apiEvent(
  request: IncomingMessage,
  body: Buffer,
  api: ApiIdentity,
  route: RouteMatch,
  facts: RequestFacts,
): object {
  const [target = '/', query = ''] = splitOnce(request.url ?? '/', '?');
  const path = decodedPath(target);
  const headers = lowerCasedHeaders(request);
  const cookies = request.headers.cookie?.split('; ');
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies === undefined ? {} : { cookies }),
    headers,
    ...(query === '' ? {} : { queryStringParameters: joinedParameters(query) }),
    ...(Object.keys(route.pathParameters).length === 0 ? {} : { pathParameters: route.pathParameters }),
    requestContext: {
      ...requesterOf(request, path, headers),
      accountId: api.account,
      apiId: api.apiId,
      requestId: facts.requestId,
      routeKey: route.routeKey,
      stage: api.stage,
      time: commonLogTime(facts.at),
      timeEpoch: facts.at,
    },
    ...bodyMembers(body, headers['content-type'] ?? ''),
  };
}

/** Who sent the request, and what it asks for. */
function requesterOf(request: IncomingMessage, path: string, headers: Readonly<Record<string, string>>): object {
  const { host = 'localhost', 'user-agent': userAgent = '' } = headers;
  const { method, httpVersion, socket } = request;
  const sourceIp = socket.remoteAddress ?? '127.0.0.1';
  return {
    domainName: host,
    domainPrefix: host.split(/[.:]/)[0],
    http: { method, path, protocol: `HTTP/${httpVersion}`, sourceIp, userAgent },
  };
}

/** Bodies of text types reach the function as text; every other, and one without a type, as base64. */
function bodyMembers(body: Buffer, contentType: string): object {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const isBase64Encoded = body.length > 0 && !TEXT_TYPES.test(type);
  return {
    ...(body.length === 0 ? {} : { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

/** The path as HTTP APIs hand it over: decoded, without what follows an encoded `?`. */
export function decodedPath(target: string): string {
  try {
    return splitOnce(decodeURIComponent(target), '?')[0] ?? '/';
  } catch {
    return target;
  }
}

/**
 * Headers as the event has them: lower-cased, repeated ones joined by commas, no cookies, and API Gateway's own added.
 */
function lowerCasedHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] ?? '').toLowerCase();
    const value = request.rawHeaders[index + 1] ?? '';
    if (name === 'cookie') continue;
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  const secure = (request.socket as TLSSocket).encrypted === true;
  headers['x-forwarded-for'] = request.socket.remoteAddress ?? '127.0.0.1';
  headers['x-forwarded-proto'] = secure ? 'https' : 'http';
  headers['x-forwarded-port'] = String(request.socket.localPort ?? '');
  return headers;
}

function joinedParameters(query: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    parameters[name] = parameters[name] === undefined ? value : `${parameters[name]},${value}`;
  }
  return parameters;
}

/** `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(at: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(at).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
