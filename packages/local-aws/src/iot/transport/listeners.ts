import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Transport, TransportKind } from './transport';

/** Where to listen. Port 0 is any free one. `mqttsPort` and `wssPort` need `tls`. */
export interface ListenOptions {
  readonly host: string;
  readonly mqttPort: number;
  readonly mqttsPort?: number;
  readonly wsPort: number;
  readonly wssPort?: number;
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
}

/** The ports that the servers listen on. */
export interface BoundPorts {
  readonly mqtt: number;
  readonly mqtts?: number;
  readonly ws: number;
  readonly wss?: number;
}

/** Where WebSocket clients connect, on AWS as here. */
const WEBSOCKET_PATH = '/mqtt';
const SUBPROTOCOL = 'mqtt';
/** Far above any MQTT packet; a frame may hold several. */
const MAX_FRAME_BYTES = 1024 * 1024;
/** TCP connections that the operating system holds until they are accepted. It has a limit of its own. */
const WAITING_SOCKETS = 4096;

/** The servers that clients connect to: TCP, TLS, WebSocket and WebSocket over TLS. Each gives a stream of bytes. */
export class Listeners {
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Duplex>();
  private readonly webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });

  constructor(private readonly accept: (stream: Duplex, transport: Transport) => void) {}

  /** Resolves with the ports when all listen; rejects when one cannot. */
  async listen(options: ListenOptions): Promise<BoundPorts> {
    const { host, tls, mqttsPort, wssPort } = options;
    const mqtt = await this.start(this.tcp(), host, options.mqttPort);
    const ws = await this.start(this.upgrading(createHttpServer(), 'ws'), host, options.wsPort);
    if (tls === undefined) {
      if (mqttsPort !== undefined || wssPort !== undefined) throw new Error('a TLS port needs a key and a certificate');
      return { mqtt, ws };
    }
    return {
      mqtt,
      ws,
      ...(mqttsPort !== undefined && { mqtts: await this.start(this.tls(tls), host, mqttsPort) }),
      ...(wssPort !== undefined && {
        wss: await this.start(
          this.upgrading(createHttpsServer({ ...tls, minVersion: 'TLSv1.2' }), 'wss'),
          host,
          wssPort,
        ),
      }),
    };
  }

  /** Ends every connection that is still open, then the servers. */
  async close(): Promise<void> {
    const closed = this.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(closed);
  }

  private tcp(): Server {
    return createTcpServer({ noDelay: true }, (socket) => this.accept(socket, transportOf('tcp', socket)));
  }

  private tls(tls: NonNullable<ListenOptions['tls']>): Server {
    return createTlsServer({ ...tls, minVersion: 'TLSv1.2', noDelay: true }, (socket) =>
      this.accept(socket, { ...transportOf('tls', socket), ...sni(socket) }),
    );
  }

  private upgrading(server: HttpServer, kind: 'ws' | 'wss'): Server {
    server.on('request', (_, response) => response.writeHead(426, { upgrade: 'websocket' }).end());
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      const problem = upgradeProblem(request);
      if (problem !== undefined) {
        socket.end(`HTTP/1.1 ${problem}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const transport = { ...transportOf(kind, request.socket), ...sni(request.socket), http: httpOf(request) };
        this.accept(createWebSocketStream(webSocket), transport);
      });
    });
    return server;
  }

  private async start(server: Server, host: string, port: number): Promise<number> {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      // a failed TLS handshake ends the socket here; the server reports it too, as a client error
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, backlog: WAITING_SOCKETS }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.servers.push(server);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return address.port;
  }
}

function upgradeProblem(request: IncomingMessage): string | undefined {
  if ((request.url ?? '').split('?')[0] !== WEBSOCKET_PATH) return '404 Not Found';
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return offered.includes(SUBPROTOCOL) ? undefined : '400 Bad Request';
}

function httpOf(request: IncomingMessage): NonNullable<Transport['http']> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const query = (request.url ?? '').split('?').slice(1).join('?');
  return { headers, queryString: query === '' ? '' : `?${query}` };
}

function transportOf(kind: TransportKind, socket: Socket): Transport {
  return {
    kind,
    sourceIp: plainIp(socket.remoteAddress),
    sourcePort: socket.remotePort ?? 0,
    targetIp: plainIp(socket.localAddress),
    targetPort: socket.localPort ?? 0,
  };
}

/** An IPv4 address on a dual-stack socket, without its IPv6 prefix. */
function plainIp(address = ''): string {
  return address.replace(/^::ffff:/, '');
}

function sni(socket: Socket): { serverName?: string } {
  const name = socket instanceof TLSSocket && 'servername' in socket ? socket.servername : undefined;
  return typeof name === 'string' && name !== '' ? { serverName: name } : {};
}
