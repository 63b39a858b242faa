import type { IncomingMessage, ServerResponse } from 'node:http';
import { newUuid } from '../../uuid';
import type { IotDependencies } from '../iot-dependencies';
import { IOT_LIMITS } from '../limits';
import { DataPlaneError } from './data-plane-error';
import type { DataPlaneOperations } from './data-plane-operations';
import type { DataPlaneRequest } from './data-plane-request';

interface DataPlaneRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: RegExp;
  readonly run: (request: DataPlaneRequest, operations: DataPlaneOperations) => Promise<object | undefined>;
}

const ROUTES: readonly DataPlaneRoute[] = [
  { method: 'POST', path: /^\/topics\/(.+)$/, run: (request, operations) => operations.publish(request) },
  {
    method: 'POST',
    path: /^\/connections\/([^/]+)\/messages$/,
    run: (request, operations) => operations.sendDirectMessage(request),
  },
  { method: 'GET', path: /^\/connections\/([^/]+)$/, run: (request, operations) => operations.getConnection(request) },
  {
    method: 'DELETE',
    path: /^\/connections\/([^/]+)$/,
    run: (request, operations) => operations.deleteConnection(request),
  },
];

/** The largest body that is read. The operations check their own, smaller limits. */
const MAX_BODY_BYTES = 2 * IOT_LIMITS.payloadBytes;

/** The HTTP side of the data plane, as `@aws-sdk/client-iot-data-plane` speaks it. Never rejects. */
export async function handleDataPlane(
  request: IncomingMessage,
  response: ServerResponse,
  deps: IotDependencies,
  operations: DataPlaneOperations,
): Promise<void> {
  const traceId = newUuid(deps.clock);
  try {
    const answer = await run(request, traceId, operations);
    send(response, 200, { 'x-amzn-requestid': traceId }, answer);
  } catch (error) {
    const known =
      error instanceof DataPlaneError ? error : new DataPlaneError('InternalFailureException', String(error));
    const headers = { 'x-amzn-requestid': traceId, 'x-amzn-errortype': known.type };
    send(response, known.status, headers, known.message === '' ? undefined : { message: known.message, traceId });
  }
}

async function run(
  request: IncomingMessage,
  traceId: string,
  operations: DataPlaneOperations,
): Promise<object | undefined> {
  const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  const body = await readBody(request);
  const caller = accessKey(request.headers.authorization);
  for (const route of ROUTES) {
    const label = route.method === request.method ? route.path.exec(path)?.[1] : undefined;
    if (label === undefined) continue;
    const query = new URLSearchParams(search);
    return route.run({ label: decode(label), query, body, caller, traceId }, operations);
  }
  throw new DataPlaneError('MethodNotAllowedException', `${request.method} ${path} is not supported`);
}

/** The embedded cloud tells roles apart by access key; the signature itself is not verified. */
function accessKey(authorization = ''): string {
  const key = /^AWS4-HMAC-SHA256 .*\bCredential=([^/,\s]+)\//.exec(authorization)?.[1];
  if (key === undefined) throw new DataPlaneError('UnauthorizedException', 'the request is not signed');
  return key;
}

function decode(label: string): string {
  try {
    return decodeURIComponent(label);
  } catch {
    throw new DataPlaneError('InvalidRequestException', 'the path is not percent-encoded UTF-8');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) throw new DataPlaneError('RequestEntityTooLargeException', `a body of ${bytes} bytes`);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body?: object): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
