import { connectAsync, type MqttClient } from 'mqtt';
import { inParallel } from './in-parallel';
import type { PublishJob } from './protocol';

/** A job that is ready to run. */
export interface Prepared {
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Connects all devices. `start` publishes with QoS 1 and resolves with the last PUBACK. */
export async function connectDevices({ url, username, password, devices, inFlight }: PublishJob): Promise<Prepared> {
  const connected = await Promise.all(
    devices.map(async ({ clientId, payloads }) => {
      const client = await connectAsync(url, { clientId, username, password, reconnectPeriod: 0 });
      return { client, payloads };
    }),
  );
  return {
    start: async () => {
      await Promise.all(connected.map(({ client, payloads }) => publishAll(client, payloads, inFlight)));
    },
    close: async () => {
      await Promise.all(connected.map(({ client }) => client.endAsync()));
    },
  };
}

function publishAll(client: MqttClient, payloads: readonly string[], inFlight: number): Promise<void> {
  return inParallel(payloads, inFlight, async (payload) => {
    await client.publishAsync('s/us', payload, { qos: 1 });
  });
}
