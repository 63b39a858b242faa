import { type DeviceMessenger, DirectMessenger, dataPlaneClient, TopicMessenger } from './messenger';

/** The messenger of a deployment: direct messages on AWS, the topic on an emulator that lacks them. */
export function messengerFor({ target }: { readonly target: 'aws' | 'emulator' }): DeviceMessenger {
  const make = (): DeviceMessenger => {
    const client = dataPlaneClient();
    return target === 'emulator' ? new TopicMessenger(client) : new DirectMessenger(client);
  };
  let made: DeviceMessenger | undefined;
  // most invocations send nothing, and making the client is a tenth of a cold start
  return {
    send: (...message) => {
      made ??= make();
      return made.send(...message);
    },
  };
}
