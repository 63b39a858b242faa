import { connectAsync, type MqttClient } from 'mqtt';
import { systemClock } from '../../lib/base/clock';
import { rowOf, type Sample, type Station } from './weather';

const UPLINK = 's/us';
const DOWNLINK = 's/ds';
const ERRORS = 's/e';
const ROWS_PER_PUBLISH = 20;
/** AWS allows 100 PUBLISH packets per second and connection, in and out together. This leaves some for downlinks. */
const PUBLISH_EVERY_MS = 11;
const RESTART_OPERATION = '510';

/** How a device logs in. */
export interface Login {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** A simulated weather station: an MQTT client that speaks SmartREST and knows nothing else about Cirrus. */
export class Device {
  /** PUBLISH packets sent. */
  publishes = 0;
  /** Rows the platform refused. */
  readonly errors: string[] = [];

  private constructor(
    readonly station: Station,
    private readonly client: MqttClient,
  ) {
    client.on('message', (topic, payload) => {
      if (topic === ERRORS) this.errors.push(payload.toString());
      if (topic === DOWNLINK) void this.execute(payload.toString());
    });
  }

  /** Connects, subscribes, and sends name and type (100) and the supported operations (114). */
  static async connect(station: Station, login: Login): Promise<Device> {
    const { url, ...credentials } = login;
    const client = await connectAsync(url, { ...credentials, clientId: station.serial, reconnectPeriod: 0 });
    const device = new Device(station, client);
    await client.subscribeAsync([DOWNLINK, ERRORS], { qos: 1 });
    await device.publish(`100,${station.name},c8y_WeatherStation\n114,c8y_Restart`);
    return device;
  }

  /** Sends all samples, 20 rows per publish, as fast as one connection may. `sent` is called after each. */
  async replay(samples: readonly Sample[], sent: (rows: number) => void): Promise<void> {
    const acknowledged: Promise<void>[] = [];
    for (let at = 0; at < samples.length; at += ROWS_PER_PUBLISH) {
      const rows = samples.slice(at, at + ROWS_PER_PUBLISH).map((sample) => rowOf(this.station, sample));
      acknowledged.push(this.publish(rows.join('\n')).then(() => sent(rows.length)));
      await systemClock.sleep(PUBLISH_EVERY_MS);
    }
    await Promise.all(acknowledged);
  }

  async close(): Promise<void> {
    await this.client.endAsync();
  }

  private async publish(payload: string): Promise<void> {
    this.publishes++;
    await this.client.publishAsync(UPLINK, payload, { qos: 1 });
  }

  /** Executes a restart: reports its begin (501) and its end (503). */
  private async execute(payload: string): Promise<void> {
    for (const row of payload.split('\n')) {
      if (!row.startsWith(`${RESTART_OPERATION},`)) continue;
      await this.publish('501,c8y_Restart');
      await this.publish('503,c8y_Restart');
    }
  }
}
