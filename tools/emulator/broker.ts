import { DescribeEndpointCommand, IoTClient } from '@aws-sdk/client-iot';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { clientConfiguration, type EmulatorSettings } from './settings';

/** Where devices connect on an emulator. */
export interface EmulatorBroker {
  readonly url: string;
  readonly options: Pick<IClientOptions, 'wsOptions'>;
}

/**
 * Asks the emulator for its broker. LocalStack starts its broker when it is asked. MiniStack serves MQTT over WebSocket
 * on its gateway, and knows a request for the broker by its Host header. That host name does not have to resolve.
 */
export async function findBroker(settings: EmulatorSettings): Promise<EmulatorBroker> {
  if (settings.mqttUrl !== undefined) return { url: settings.mqttUrl, options: {} };
  const client = new IoTClient(clientConfiguration(settings));
  const { endpointAddress } = await client.send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }));
  client.destroy();
  if (endpointAddress === undefined) throw new Error('the emulator knows no data endpoint: set EMULATOR_MQTT_URL');
  if (!(await isMiniStack(settings))) return { url: `mqtt://${endpointAddress}`, options: {} };
  const url = new URL('/mqtt', settings.endpoint);
  url.protocol = settings.endpoint.protocol === 'https:' ? 'wss:' : 'ws:';
  return { url: url.href, options: { wsOptions: { headers: { host: endpointAddress } } } };
}

/** Connects without user and password, because no emulator checks them. */
export function connectDevice(broker: EmulatorBroker, clientId: string): Promise<MqttClient> {
  const options = { ...broker.options, clientId, reconnectPeriod: 0, connectTimeout: 10_000 };
  return connectAsync(broker.url, options, false);
}

async function isMiniStack({ endpoint }: EmulatorSettings): Promise<boolean> {
  return (await fetch(new URL('/_ministack/health', endpoint))).ok;
}
