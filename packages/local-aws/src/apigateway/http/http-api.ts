import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock';
import { AwsError } from '../../endpoint/aws-error';
import type { Invoker } from '../../lambda/invoker';
import type { Meter } from '../../meter/meter';
import { newUuid } from '../../uuid';
import { APIGATEWAY_LIMITS } from '../limits';
import { withinTime } from '../within-time';
import { type ApiIdentity, apiEvent, decodedPath } from './http-event';
import { toHttpResponse } from './http-response';
import { matchRoute, type Route } from './routes';

interface HttpApiDependencies {
  readonly clock: Clock;
  readonly meter: Pick<Meter, 'httpRequest'>;
  readonly invoker: Pick<Invoker, 'invoke'>;
  onLog(line: string): void;
  /** Takes upgrade requests; without it they are refused. */
  onUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

interface HttpApiConfiguration extends ApiIdentity {
  readonly name: string;
  /** `arn:aws:execute-api:<region>:<account>:<apiId>`. */
  readonly arn: string;
  readonly routes: readonly Route[];
}

interface HttpApiListen {
  readonly host: string;
  readonly http: number;
  readonly https?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** An API Gateway HTTP API: a Node server that turns requests into payload format 2.0 and answers into HTTP. */
export class HttpApi {
  readonly #configuration: HttpApiConfiguration;
  readonly #dependencies: HttpApiDependencies;
  readonly #servers: Server[] = [];

  constructor(configuration: HttpApiConfiguration, dependencies: HttpApiDependencies) {
    this.#configuration = configuration;
    this.#dependencies = dependencies;
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
    const { onUpgrade } = this.#dependencies;
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
      if (!body) return refuse(response, 413, 'Request Entity Too Large');
      await this.#handle(request, body, response);
    } catch (error) {
      // Lambda takes a smaller event than API Gateway takes a body
      if (error instanceof AwsError && error.status === 413) return refuse(response, 413, 'Request Too Long');
      this.#dependencies.onLog(
        `${request.method} ${request.url}: ${error instanceof Error ? error.message : String(error)}`,
      );
      if (!response.headersSent) refuse(response, 500, 'Internal Server Error');
    }
  }

  async #handle(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { clock, meter, invoker } = this.#dependencies;
    const { arn, stage, name, routes } = this.#configuration;
    meter.httpRequest(name, body.length);
    const path = decodedPath((request.url ?? '/').split('?')[0] ?? '/');
    const route = matchRoute(routes, request.method ?? 'GET', path);
    if (!route) return refuse(response, 404, 'Not Found');
    const requestId = newUuid(clock);
    const event = apiEvent(request, body, this.#configuration, route, { requestId, at: clock.now() });
    const caller = { principal: 'apigateway.amazonaws.com', arn: `${arn}/${stage}/${routeResource(route.routeKey)}` };
    const { httpIntegrationMs } = APIGATEWAY_LIMITS;
    const invocation = invoker.invoke(route.functionArn, JSON.stringify(event), caller);
    const outcome = await withinTime(httpIntegrationMs, invocation);
    if (!outcome) return refuse(response, 503, 'Service Unavailable');
    const result = toHttpResponse(outcome);
    response.setHeader('apigw-requestid', requestId);
    for (const [header, value] of result.headers) response.appendHeader(header, value);
    response.writeHead(result.status, { 'content-length': result.body.length });
    response.end(request.method === 'HEAD' ? undefined : result.body);
  }
}

/** The last part of the source ARN of a route: `GET/things` for `GET /things`. */
function routeResource(routeKey: string): string {
  return routeKey.replace(' ', '');
}

/** The body of a request, or undefined when it is over the limit. */
async function readLimited(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > APIGATEWAY_LIMITS.httpBodyBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const close = status === 413 ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-type': 'application/json', ...close });
  response.end(JSON.stringify({ message }));
}
