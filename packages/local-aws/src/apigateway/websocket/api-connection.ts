import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';

/** One WebSocket connection and what events tell of it. */
export interface ApiConnection {
  readonly id: string;
  /** Milliseconds since the epoch, as `lastActiveAt`. */
  readonly connectedAt: number;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Undefined until `$connect` has accepted the connection. */
  socket: WebSocket | undefined;
  lastActiveAt: number;
  /** Cancels the planned end of the connection. */
  cancel(): void;
}

/** Who asks for a connection, from its upgrade request. */
export function requesterFacts(request: IncomingMessage): Pick<ApiConnection, 'domainName' | 'sourceIp' | 'userAgent'> {
  return {
    domainName: request.headers.host ?? 'localhost',
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    userAgent: request.headers['user-agent'] ?? '',
  };
}
