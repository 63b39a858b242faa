import { DeleteConnectionCommand, IoTDataPlaneClient, ResourceNotFoundException } from '@aws-sdk/client-iot-data-plane';

/** Ends the connection of a client. A client that is not connected is no error. */
export type EndConnection = (clientId: string) => Promise<void>;

/**
 * Ends connections by the IoT data plane's DeleteConnection
 * (docs/reference/aws-platform.md#looking-up-and-ending-a-connection). Emulators lack it; there a connection stays until
 * its client ends it.
 */
export function connectionEnder({ target }: { readonly target: 'aws' | 'emulator' }): EndConnection {
  if (target === 'emulator') return async () => undefined;
  let client: IoTDataPlaneClient | undefined;
  return async (clientId) => {
    // made when it is needed first, which is seldom
    client ??= new IoTDataPlaneClient({});
    try {
      await client.send(new DeleteConnectionCommand({ clientId, preventWillMessage: true }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  };
}
