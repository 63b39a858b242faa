import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../clock';
import type { Invoker } from '../../lambda/invoker';
import type { InvocationResult } from '../../lambda/runtime/instance';
import type { Meter } from '../../meter/meter';
import type { Scheduler } from '../../scheduler';
import { newUuid } from '../../uuid';
import { APIGATEWAY_LIMITS } from '../limits';
import { withinTime } from '../within-time';
import { type ApiConnection, requesterFacts } from './api-connection';
import { routeResultOf } from './route-result';
import { type EventType, eventContext, upgradeHeaders, type WebSocketApiIdentity } from './web-socket-event';

interface WebSocketApiDependencies {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly meter: Pick<Meter, 'webSocketMessage' | 'webSocketMinutes'>;
  readonly invoker: Pick<Invoker, 'invoke'>;
  onLog(line: string): void;
}

interface WebSocketApiConfiguration extends WebSocketApiIdentity {
  readonly name: string;
  /** `arn:aws:execute-api:<region>:<account>:<apiId>`. */
  readonly arn: string;
  /** Route key → function ARN. */
  readonly routes: ReadonlyMap<string, string>;
  /** Whether the result of `$default` goes back to the client. */
  readonly responds: boolean;
}

const CONNECTION_ID_BYTES = 11;
const NORMAL = 1000;
const GOING_AWAY = 1001;
const MINUTE_MS = 60_000;

/**
 * An API Gateway WebSocket API. It turns upgrade requests and frames into events. `post` and `end` are what
 * `@connections` does with a connection.
 */
export class WebSocketApi {
  readonly configuration: WebSocketApiConfiguration;
  readonly #dependencies: WebSocketApiDependencies;
  readonly #connections = new Map<string, ApiConnection>();
  #isClosed = false;
  readonly #server = new WebSocketServer({
    noServer: true,
    // `ws` closes the connection with 1009 before it reads a larger message
    maxPayload: APIGATEWAY_LIMITS.webSocketMessageBytes,
    perMessageDeflate: false,
    handleProtocols: () => false,
  });

  constructor(configuration: WebSocketApiConfiguration, dependencies: WebSocketApiDependencies) {
    this.configuration = configuration;
    this.#dependencies = dependencies;
  }

  /** Connections open now. */
  get size(): number {
    return this.#connections.size;
  }

  /** Takes an upgrade request. The function of `$connect` decides whether the connection opens. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const connection = this.#newConnection(request);
    const outcome = await this.#run('CONNECT', connection, { ...upgradeHeaders(request), isBase64Encoded: false });
    const answer = outcome?.ok ? routeResultOf(outcome.payload) : { statusCode: 502 };
    if (answer.statusCode < 200 || answer.statusCode > 299) {
      socket.end(`HTTP/1.1 ${answer.statusCode} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const add = (headers: string[]): void => {
      if (answer.protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${answer.protocol}`);
    };
    this.#server.once('headers', add);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(connection, webSocket));
    this.#server.off('headers', add);
  }

  /** Sends to a client. `gone` when no client has that id, or when the client does not read. */
  post(connectionId: string, data: Buffer): 'sent' | 'gone' | 'tooLarge' {
    const connection = this.#connections.get(connectionId);
    if (connection?.socket === undefined) return 'gone';
    if (data.length > APIGATEWAY_LIMITS.webSocketMessageBytes) return 'tooLarge';
    return this.#send(connection, data.toString('utf8')) ? 'sent' : 'gone';
  }

  /** Ends a connection; false when no client has that id. */
  end(connectionId: string): boolean {
    const socket = this.#connections.get(connectionId)?.socket;
    socket?.close(NORMAL, 'Connection Closed');
    return socket !== undefined;
  }

  /** Ends all connections. `$disconnect` is not run, because the functions end as well. */
  close(): void {
    this.#isClosed = true;
    for (const { socket } of this.#connections.values()) socket?.terminate();
    this.#server.close();
  }

  #newConnection(request: IncomingMessage): ApiConnection {
    const { clock } = this.#dependencies;
    const id = `${Buffer.from(clock.randomBytes(CONNECTION_ID_BYTES)).toString('base64url')}=`;
    const now = clock.now();
    return {
      id,
      connectedAt: now,
      lastActiveAt: now,
      ...requesterFacts(request),
      socket: undefined,
      cancel: () => undefined,
    };
  }

  #open(connection: ApiConnection, socket: WebSocket): void {
    connection.socket = socket;
    this.#connections.set(connection.id, connection);
    this.#watch(connection);
    socket.on('message', (data: Buffer, isBinary) => void this.#message(connection, data, isBinary));
    // an error is always followed by a close, which is handled below
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => void this.#closed(connection, code, reason.toString()));
  }

  /** Ends the connection after two hours, or after ten minutes without a message. */
  #watch(connection: ApiConnection): void {
    const { scheduler, clock } = this.#dependencies;
    const { connectedAt, lastActiveAt } = connection;
    const endsAt = Math.min(
      connectedAt + APIGATEWAY_LIMITS.webSocketConnectionMs,
      lastActiveAt + APIGATEWAY_LIMITS.webSocketIdleMs,
    );
    connection.cancel = scheduler.at(endsAt, () => {
      const over = Math.min(
        connectedAt + APIGATEWAY_LIMITS.webSocketConnectionMs,
        connection.lastActiveAt + APIGATEWAY_LIMITS.webSocketIdleMs,
      );
      if (over <= clock.now()) connection.socket?.close(GOING_AWAY, 'Going away');
      else this.#watch(connection);
    });
  }

  async #message(connection: ApiConnection, data: Buffer, isBinary: boolean): Promise<void> {
    connection.lastActiveAt = this.#dependencies.clock.now();
    this.#dependencies.meter.webSocketMessage(this.configuration.name, data.length);
    const body = data.toString(isBinary ? 'base64' : 'utf8');
    const outcome = await this.#run('MESSAGE', connection, { body, isBase64Encoded: isBinary });
    const failure = { message: 'Internal server error', connectionId: connection.id };
    if (!outcome?.ok) {
      this.#send(connection, JSON.stringify(failure));
    } else if (this.configuration.responds) {
      const { body: answer } = routeResultOf(outcome.payload);
      if (answer !== undefined && answer !== '') this.#send(connection, answer);
    }
  }

  async #closed(connection: ApiConnection, code: number, reason: string): Promise<void> {
    const { meter, clock } = this.#dependencies;
    connection.cancel();
    this.#connections.delete(connection.id);
    const minutes = Math.ceil((clock.now() - connection.connectedAt) / MINUTE_MS);
    meter.webSocketMinutes(this.configuration.name, Math.max(1, minutes));
    if (this.#isClosed) return;
    const facts = { disconnectStatusCode: code, disconnectReason: reason };
    await this.#run('DISCONNECT', connection, { isBase64Encoded: false }, facts);
  }

  #send({ socket, ...connection }: ApiConnection, text: string): boolean {
    if (socket === undefined || socket.readyState !== socket.OPEN) return false;
    if (socket.bufferedAmount > APIGATEWAY_LIMITS.webSocketUnreadBytes) {
      this.#dependencies.onLog(`connection ${connection.id} does not read: ended`);
      socket.terminate();
      return false;
    }
    this.#dependencies.meter.webSocketMessage(this.configuration.name, Buffer.byteLength(text));
    socket.send(text);
    return true;
  }

  /** Runs the route's function; undefined when there is no route or no permission, which is logged. */
  async #run(
    type: EventType,
    connection: ApiConnection,
    event: object,
    facts: object = {},
  ): Promise<InvocationResult | undefined> {
    const { clock, invoker, onLog } = this.#dependencies;
    const { arn, stage, routes } = this.configuration;
    const context = eventContext(type, this.configuration, connection, {
      requestId: newUuid(clock),
      at: clock.now(),
    });
    const { routeKey } = context as { routeKey: string };
    const functionArn = routes.get(routeKey);
    // a client can connect and disconnect without these routes; a message without a route has no effect
    if (functionArn === undefined)
      return type === 'MESSAGE' ? undefined : { ok: true, payload: '{"statusCode":200}', billedMs: 0 };
    const body = JSON.stringify({ ...event, requestContext: { ...context, ...facts } });
    try {
      const caller = { principal: 'apigateway.amazonaws.com', arn: `${arn}/${stage}/${routeKey}` };
      return await withinTime(APIGATEWAY_LIMITS.webSocketIntegrationMs, invoker.invoke(functionArn, body, caller));
    } catch (error) {
      onLog(`${routeKey}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}
