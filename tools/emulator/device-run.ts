import { randomBytes } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import * as z from 'zod';
import { systemClock } from '../../lib/base/clock';
import { connectDevice, findBroker } from './broker';
import { EmulatorRest } from './rest';
import { type EmulatorSettings, stackOutputsOf } from './settings';

/** How long to wait. The first call of each function starts it, which takes seconds on a small machine. */
const PATIENCE_MS = 40_000;
const INTERVAL_MS = 100;

const external = z.object({ managedObject: z.object({ id: z.string() }) });
const measurements = z.object({
  measurements: z.tuple([z.object({ c8y_Temperature: z.object({ T: z.object({ value: z.number() }) }) })]),
});
const operation = z.object({ id: z.string(), status: z.string() });

/**
 * Runs one device end to end: a reading that is stored, an operation and its answer, and a bad row and its error.
 * @param say gets a line for each step
 * @throws when one of these does not arrive in time
 */
export async function runDevice(settings: EmulatorSettings, say: (line: string) => void): Promise<void> {
  const rest = new EmulatorRest(settings, stackOutputsOf(settings));
  const serial = `emulated-${randomBytes(4).toString('hex')}`;
  const broker = await findBroker(settings);
  const client = await connectDevice(broker, serial);
  // after a lost connection a step below fails, because nothing arrives
  client.on('error', () => undefined);
  try {
    const device = new RunningDevice(client, rest, serial);
    await device.listen();
    say(`${serial} is connected to ${broker.url}`);
    say(`publish is stored: ${await device.publishReading(21.5)}`);
    const id = await device.operationDown();
    say(`operation ${id} is down: 510,${serial}`);
    await device.answer('501,c8y_Restart', id, 'EXECUTING');
    await device.answer('503,c8y_Restart', id, 'SUCCESSFUL');
    say(`answer is up: operation ${id} is SUCCESSFUL`);
    say(`a bad row is answered: ${await device.badRow()}`);
  } finally {
    await client.endAsync(true);
  }
}

class RunningDevice {
  private readonly received: { readonly topic: string; readonly row: string }[] = [];
  private id = '';

  constructor(
    private readonly client: MqttClient,
    private readonly rest: EmulatorRest,
    private readonly serial: string,
  ) {
    client.on('message', (topic, payload) => {
      for (const row of payload.toString().split('\n')) this.received.push({ topic, row });
    });
  }

  async listen(): Promise<void> {
    await this.client.subscribeAsync(['s/ds', 's/e'], { qos: 1 });
  }

  async publishReading(celsius: number): Promise<string> {
    await this.publish(`100,${this.serial},c8y_Emulated\n114,c8y_Restart\n200,c8y_Temperature,T,${celsius},C`);
    this.id = await until('the device in the inventory', async () => {
      const { body } = await this.rest.send('GET', `/identity/externalIds/c8y_Serial/${this.serial}`);
      return external.parse(body).managedObject.id;
    });
    return until('the measurement over REST', async () => {
      const { body } = await this.rest.send('GET', `/measurement/measurements?source=${this.id}`);
      const [first] = measurements.parse(body).measurements;
      const { value } = first.c8y_Temperature.T;
      if (value !== celsius) throw new Error(`the stored value is ${value}`);
      return `c8y_Temperature.T ${value} of device ${this.id}`;
    });
  }

  async operationDown(): Promise<string> {
    const created = await this.rest.send('POST', '/devicecontrol/operations', {
      deviceId: this.id,
      description: 'Restart',
      c8y_Restart: {},
    });
    if (created.status !== 201) throw new Error(`operation: ${created.status} ${JSON.stringify(created.body)}`);
    await this.row('s/ds', `510,${this.serial}`);
    return operation.parse(created.body).id;
  }

  async answer(row: string, id: string, status: string): Promise<void> {
    await this.publish(row);
    await until(`operation ${id} to be ${status}`, async () => {
      const { body } = await this.rest.send('GET', `/devicecontrol/operations/${id}`);
      const found = operation.parse(body).status;
      if (found !== status) throw new Error(`it is ${found}`);
    });
  }

  async badRow(): Promise<string> {
    await this.publish('200');
    return this.row('s/e', '45,200');
  }

  private async publish(rows: string): Promise<void> {
    await this.client.publishAsync('s/us', rows, { qos: 1 });
  }

  private row(topic: string, start: string): Promise<string> {
    return until(`${start} on ${topic}`, async () => {
      const found = this.received.find((message) => message.topic === topic && message.row.startsWith(start));
      if (found === undefined) throw new Error(`received so far: ${JSON.stringify(this.received)}`);
      return found.row;
    });
  }
}

/** Tries until `check` succeeds. After the time limit it throws, with the last error as the cause. */
async function until<T>(what: string, check: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (cause) {
      if (performance.now() > deadline) throw new Error(`waited ${PATIENCE_MS / 1000} s for ${what}`, { cause });
      await systemClock.sleep(INTERVAL_MS);
    }
  }
}
