import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves the requests of one AWS service. `accessKeyId` tells who signed the request. */
export type ServiceHandler = (
  accessKeyId: string,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void> | void;

/** Serves requests that carry no signature. */
type UnsignedHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

const CREDENTIAL = /Credential=([^/,\s]+)\/[^/]*\/[^/]*\/([^/]+)\/aws4_request/;

/**
 * The one HTTP endpoint of all services. The credential scope of a signature names the service, and its access key the
 * caller. The signature itself is not verified, because the endpoint listens on the loopback interface.
 */
export class ServiceEndpoint {
  readonly #server: Server;
  readonly #handlers = new Map<string, ServiceHandler>();
  readonly #unsigned = new Map<string, UnsignedHandler>();
  #isKnown: (accessKeyId: string) => boolean = () => false;
  #url = '';

  constructor() {
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

  /** Mounts a handler for unsigned requests whose path begins with `prefix`, such as `/callback/`. */
  mountUnsigned(prefix: string, handler: UnsignedHandler): void {
    this.#unsigned.set(prefix, handler);
  }

  /** Sets whose access keys are served. Before the first call nobody is served. */
  admit(isKnown: (accessKeyId: string) => boolean): void {
    this.#isKnown = isKnown;
  }

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
      const unsigned = [...this.#unsigned].find(([prefix]) => request.url?.startsWith(prefix));
      if (unsigned) await unsigned[1](request, response);
      else await this.#dispatch(request, response);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!response.headersSent) refuse(response, 500, 'InternalFailure', message);
    }
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

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
  response.end(JSON.stringify({ __type: code, message }));
}
