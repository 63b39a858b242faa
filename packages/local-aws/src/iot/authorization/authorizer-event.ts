import type { Connection, ConnectRequest } from '../connections/connection';
import { usesTls, usesWebSocket } from '../transport/transport';
import type { AuthorizerEvent } from './authorizer-message';

/**
 * The event for a CONNECT. The password is the base64 of its bytes. The client ID is there only if the client sent one.
 */
export function authorizerEvent(connection: Connection, request: ConnectRequest): AuthorizerEvent {
  const { transport } = connection;
  return {
    signatureVerified: false,
    protocols: [
      ...(usesTls(transport.kind) ? (['tls'] as const) : []),
      ...(usesWebSocket(transport.kind) ? (['http'] as const) : []),
      'mqtt',
    ],
    protocolData: {
      ...(transport.serverName !== undefined && { tls: { serverName: transport.serverName } }),
      ...(transport.http !== undefined && { http: transport.http }),
      mqtt: {
        ...(request.username !== undefined && { username: request.username }),
        ...(request.password !== undefined && { password: Buffer.from(request.password).toString('base64') }),
        ...(request.clientId !== '' && { clientId: request.clientId }),
      },
    },
    connectionMetadata: { id: connection.id },
  };
}
