import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves the requests of one AWS service. `accessKeyId` is who signed. */
export type ServiceHandler = (
  accessKeyId: string,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void> | void;

const CREDENTIAL = /Credential=([^/,\s]+)\/[^/]*\/[^/]*\/([^/]+)\/aws4_request/;

/**
 * The one HTTP endpoint behind which all services are found: the credential scope of the signature names the service,
 * its access key the caller. Signatures themselves are not verified; the endpoint listens on the loopback interface.
 */
export class ServiceEndpoint {
  readonly #server: Server;
  readonly #handlers = new Map<string, ServiceHandler>();
  readonly #isKnown: (accessKeyId: string) => boolean;
  #url = '';

  constructor(isKnown: (accessKeyId: string) => boolean) {
    this.#isKnown = isKnown;
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  get url(): string {
    return this.#url;
  }

  /** Mounts a service under its signing name, such as `dynamodb` or `iotdata`. */
  mount(signingName: string, handler: ServiceHandler): void {
    this.#handlers.set(signingName, handler);
  }

  /** Takes one-time uploads (`PUT /callback/<id>`), which custom resources answer to. */
  readonly callbacks = new Map<string, (body: string) => void>();

  async listen(host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, host, resolve);
    });
    const { port } = this.#server.address() as AddressInfo;
    this.#url = `http://${host}:${port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const callback = request.method === 'PUT' ? this.#callbackOf(request) : undefined;
      if (callback) await receiveCallback(callback, request, response);
      else await this.#dispatch(request, response);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!response.headersSent) refuse(response, 500, 'InternalFailure', message);
    }
  }

  #callbackOf(request: IncomingMessage): ((body: string) => void) | undefined {
    const id = /^\/callback\/([\w-]+)/.exec(request.url ?? '')?.[1];
    return id === undefined ? undefined : this.callbacks.get(id);
  }

  async #dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const scope = CREDENTIAL.exec(request.headers.authorization ?? '');
    const [, accessKeyId, service] = scope ?? [];
    if (accessKeyId === undefined || service === undefined) {
      return refuse(response, 403, 'MissingAuthenticationTokenException', 'the request is not signed');
    }
    if (!this.#isKnown(accessKeyId)) {
      return refuse(response, 403, 'UnrecognizedClientException', `access key ${accessKeyId} is not known here`);
    }
    const handler = this.#handlers.get(service);
    if (!handler) return refuse(response, 400, 'UnknownOperationException', `service ${service} is not embedded here`);
    await handler(accessKeyId, request, response);
  }
}

async function receiveCallback(
  callback: (body: string) => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  response.writeHead(200).end();
  callback(body);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
  response.end(JSON.stringify({ __type: code, message }));
}
