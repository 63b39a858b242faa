import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { WebSockets } from '../bayeux/subscriber';

/** WebSockets that API Gateway holds: 410 means that nobody is there any more. */
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
