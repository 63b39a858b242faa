/** How a client reached the broker. AWS has no plain TCP and no WebSocket without TLS. */
export type TransportKind = 'tcp' | 'tls' | 'ws' | 'wss';

/** What is known about a connection before its first MQTT packet. */
export interface Transport {
  readonly kind: TransportKind;
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly targetIp: string;
  readonly targetPort: number;
  /** The SNI host name, where TLS was used and the client sent one. */
  readonly serverName?: string;
  /** The upgrade request of a WebSocket; `queryString` with its `?`, or empty. */
  readonly http?: { readonly headers: Readonly<Record<string, string>>; readonly queryString: string };
}

export const usesTls = (kind: TransportKind): boolean => kind === 'tls' || kind === 'wss';
export const usesWebSocket = (kind: TransportKind): boolean => kind === 'ws' || kind === 'wss';
