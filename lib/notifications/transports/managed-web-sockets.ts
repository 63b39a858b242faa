import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { WebSockets } from '../bayeux/subscriber';

/** The WebSockets of API Gateway. It answers 410 when a connection has ended. */
export function managedWebSockets(client: ApiGatewayManagementApiClient): WebSockets {
  const unlessGone = async (call: Promise<unknown>): Promise<'sent' | 'gone'> => {
    try {
      await call;
      return 'sent';
    } catch (error) {
      if (error instanceof GoneException) return 'gone';
      throw error;
    }
  };
  return {
    post: (ConnectionId, text) => unlessGone(client.send(new PostToConnectionCommand({ ConnectionId, Data: text }))),
    close: async (ConnectionId) => {
      await unlessGone(client.send(new DeleteConnectionCommand({ ConnectionId })));
    },
  };
}
