import { randomBytes } from 'node:crypto';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import type { ProvidedCirrus } from './cirrus';
import { eventually } from './eventually';

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
}

/** A client ID that no other test has. */
export const newSerial = (name: string): string => `${name}-${randomBytes(4).toString('hex')}`;

/** What a device connects with: the administrator's user and password over plain MQTT, if nothing else is said. */
export interface DeviceOptions extends Omit<IClientOptions, 'protocol'> {
  readonly clientId: string;
  readonly url?: string;
}

/** A device as its programmer would write it: MQTT.js, rows of SmartREST, and everything it was sent. */
export class Device {
  /** In the order of arrival. */
  readonly messages: Message[] = [];

  private constructor(
    readonly clientId: string,
    readonly client: MqttClient,
  ) {
    client.on('message', (topic, payload, { qos }) => this.messages.push({ topic, payload: payload.toString(), qos }));
    // a refused publish or a closed connection is for the test to notice
    client.on('error', () => undefined);
  }

  /** Rejects with the error of MQTT.js, whose `code` is the CONNACK's, when the broker refuses. */
  static async connect(cirrus: ProvidedCirrus, { clientId, url, ...options }: DeviceOptions): Promise<Device> {
    const client = await connectAsync(
      url ?? cirrus.endpoints.mqtt,
      {
        clientId,
        username: `${cirrus.tenant}/${cirrus.user}`,
        password: cirrus.password,
        reconnectPeriod: 0,
        connectTimeout: 10_000,
        ...options,
      },
      false,
    );
    return new Device(clientId, client);
  }

  /** Publishes rows; with QoS 1, the standard, resolves once the broker has acknowledged. */
  async publish(topic: string, rows: string | readonly string[] | Buffer, qos: 0 | 1 = 1): Promise<void> {
    const payload = Buffer.isBuffer(rows) || typeof rows === 'string' ? rows : rows.join('\n');
    await this.client.publishAsync(topic, payload, { qos });
  }

  /** Resolves once the broker has acknowledged; rejects when it refused a topic. */
  async subscribe(...topics: readonly string[]): Promise<void> {
    await this.client.subscribeAsync([...topics], { qos: 1 });
  }

  async unsubscribe(...topics: readonly string[]): Promise<void> {
    await this.client.unsubscribeAsync([...topics]);
  }

  /** The rows received on a topic; one message may have held several. */
  rows(topic: string): readonly string[] {
    return this.messages
      .filter((message) => message.topic === topic)
      .flatMap(({ payload }) => payload.split('\n'))
      .filter((row) => row !== '');
  }

  /** The first row received on a topic, before or from now on, that the predicate takes. */
  waitFor(topic: string, predicate: (row: string) => boolean = () => true): Promise<string> {
    return eventually(() => {
      const found = this.rows(topic).find(predicate);
      if (found === undefined) throw new Error(`${this.clientId} waits on ${topic}, has ${this.#received()}`);
      return found;
    });
  }

  /** Takes the next message, which is resolved with, and never answers it or anything after it: no PUBACK. */
  fallSilent(): Promise<string> {
    return new Promise((resolve) => {
      this.client.handleMessage = ({ payload }) => resolve(payload.toString());
    });
  }

  /** Says goodbye. */
  async disconnect(): Promise<void> {
    await this.client.endAsync();
  }

  /** Cuts the connection without a DISCONNECT packet, as a lost network would. */
  drop(): void {
    this.client.stream.destroy();
  }

  /** Resolves once the connection has ended, whoever ended it. */
  async closed(): Promise<void> {
    await eventually(() => {
      if (this.client.connected) throw new Error(`${this.clientId} is still connected`);
    });
  }

  #received(): string {
    return JSON.stringify(this.messages.map(({ topic, payload }) => `${topic}: ${payload}`));
  }
}
