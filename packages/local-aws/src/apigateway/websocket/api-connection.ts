import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';

/** What API Gateway allows (aws-platform section 8), times in milliseconds. */
export const LIMITS = {
  messageBytes: 128 * 1024,
  connectionMs: 2 * 60 * 60_000,
  idleMs: 10 * 60_000,
  integrationMs: 29_000,
  /** Bytes that wait for a client that does not read; AWS says nothing of its own limit. */
  unreadBytes: 1024 * 1024,
} as const;

/** One open WebSocket and what events tell of it. */
export interface ApiConnection {
  readonly id: string;
  readonly connectedAt: number;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  socket: WebSocket | undefined;
  lastActiveAt: number;
  /** Cancels what is planned for it. */
  cancel(): void;
}

/** Who asks for a connection, from its upgrade request. */
export function facts(request: IncomingMessage): Pick<ApiConnection, 'domainName' | 'sourceIp' | 'userAgent'> {
  return {
    domainName: request.headers.host ?? 'localhost',
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    userAgent: request.headers['user-agent'] ?? '',
  };
}
