import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock';
import type { InvocationResult } from '../../lambda/instance';
import type { InvokeSource } from '../../lambda/permissions';
import type { Meter } from '../../meter/meter';
import { newUuid } from '../../uuid';
import { type ApiIdentity, apiEvent, decodedPath } from './http-event';
import { toHttpResponse } from './http-response';
import { matchRoute, type Route } from './routes';

const BODY_LIMIT = 10 * 1024 * 1024;
/** No integration of an HTTP API may take longer, in milliseconds. */
const INTEGRATION_TIMEOUT = 30_000;

export interface HttpApiDeps {
  readonly clock: Clock;
  readonly meter: Meter;
  /** Rejects when the API may not invoke the function, or the event is too large for Lambda. */
  invoke(functionArn: string, event: string, source: InvokeSource): Promise<InvocationResult>;
  onLog(line: string): void;
  /** Takes upgrade requests; without it they are refused. */
  onUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface HttpApiConfiguration extends ApiIdentity {
  readonly name: string;
  /** `arn:aws:execute-api:<region>:<account>:<apiId>`. */
  readonly arn: string;
  readonly routes: readonly Route[];
}

export interface HttpApiListen {
  readonly host: string;
  readonly http: number;
  readonly https?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** An API Gateway HTTP API: a Node server that turns requests into payload format 2.0 and answers into HTTP. */
export class HttpApi {
  readonly #configuration: HttpApiConfiguration;
  readonly #deps: HttpApiDeps;
  readonly #servers: Server[] = [];

  constructor(configuration: HttpApiConfiguration, deps: HttpApiDeps) {
    this.#configuration = configuration;
    this.#deps = deps;
  }

  /** Listens; port 0 takes any free one. Resolves with the ports taken. */
  async listen({ host, http, https, tls }: HttpApiListen): Promise<{ http: number; https?: number }> {
    const listener: RequestListener = (request, response) => void this.#serve(request, response);
    const plain = await this.#bind(createServer(listener), host, http);
    if (https === undefined || !tls) return { http: plain };
    return { http: plain, https: await this.#bind(createSecureServer({ ...tls }, listener), host, https) };
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#servers.map((server) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  async #bind(server: Server, host: string, port: number): Promise<number> {
    this.#servers.push(server);
    const { onUpgrade } = this.#deps;
    if (onUpgrade) server.on('upgrade', (request, socket, head) => onUpgrade(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readLimited(request);
      if (!body) return answer(response, 413, 'Request Entity Too Large');
      await this.#handle(request, body, response);
    } catch (error) {
      this.#deps.onLog(`${request.method} ${request.url}: ${error instanceof Error ? error.message : String(error)}`);
      if (!response.headersSent) answer(response, 500, 'Internal Server Error');
    }
  }

  async #handle(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { clock, meter } = this.#deps;
    const { arn, stage, name, routes } = this.#configuration;
    meter.httpRequest(name, body.length);
    const path = decodedPath((request.url ?? '/').split('?')[0] ?? '/');
    const route = matchRoute(routes, request.method ?? 'GET', path);
    if (!route) return answer(response, 404, 'Not Found');
    const requestId = newUuid(clock);
    const event = apiEvent(request, body, this.#configuration, route, { requestId, at: clock.now() });
    const source = { principal: 'apigateway.amazonaws.com', arn: `${arn}/${stage}/${routeResource(route.routeKey)}` };
    const outcome = await this.#limited(this.#deps.invoke(route.functionArn, JSON.stringify(event), source));
    if (outcome === 'timeout') return answer(response, 503, 'Service Unavailable');
    const result = toHttpResponse(outcome);
    response.setHeader('apigw-requestid', requestId);
    for (const [header, value] of result.headers) response.appendHeader(header, value);
    response.writeHead(result.status, { 'content-length': result.body.length });
    response.end(request.method === 'HEAD' ? undefined : result.body);
  }

  async #limited(outcome: Promise<InvocationResult>): Promise<InvocationResult | 'timeout'> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<'timeout'>((resolve) => {
      timer = setTimeout(() => resolve('timeout'), INTEGRATION_TIMEOUT);
      // a request that is still held when the cloud closes does not keep the process
      timer.unref();
    });
    try {
      return await Promise.race([outcome, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The end of the source ARN: `GET /things` is `GET/things`. */
function routeResource(routeKey: string): string {
  return routeKey.replace(' ', '');
}

/** The body, or undefined when it is over the limit. */
async function readLimited(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, status: number, message: string): void {
  const close = status === 413 ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-type': 'application/json', ...close });
  response.end(JSON.stringify({ message }));
}
