import type { ProvidedCirrus } from '../support/cirrus';
import { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { Rest } from '../support/rest';

/** JSON as REST gives it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Ends a set-up message: its answer comes when the rows before it are done and stored. */
const ASK_VERSION = '600';
const VERSION_ROW = /^601,/m;

/** What an example plays on: a root device of its own, that device's relatives, and the operations it names. */
export class Stage {
  readonly rest: Rest;
  /** Real ids of operations by the number the example gives them. */
  readonly operations = new Map<string, string>();

  private constructor(
    cirrus: ProvidedCirrus,
    readonly device: Device,
  ) {
    this.rest = new Rest(cirrus);
  }

  static async open(cirrus: ProvidedCirrus, serial: string): Promise<Stage> {
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.subscribe('s/ds', 's/e');
    return new Stage(cirrus, device);
  }

  get serial(): string {
    return this.device.clientId;
  }

  get child(): string {
    return `${this.serial}-P1`;
  }

  get service(): string {
    return `${this.serial}-svc-mosq`;
  }

  /** Rows on the root device's topic; resolves when they are done. None of them may be refused. */
  say(...rows: readonly string[]): Promise<void> {
    return this.sayAs(undefined, ...rows);
  }

  /** The same on the topic of a child or service. */
  async sayAs(serial: string | undefined, ...rows: readonly string[]): Promise<void> {
    this.forget();
    await this.device.publish(serial === undefined ? 's/us' : `s/us/${serial}`, [...rows, ASK_VERSION]);
    await eventually(() => {
      if (!this.received('s/ds').some((payload) => VERSION_ROW.test(payload))) throw new Error(`no end of ${rows}`);
    });
    const [error] = this.received('s/e');
    if (error !== undefined) throw new Error(`${JSON.stringify(rows)} refused: ${error}`);
    this.forget();
  }

  /** Payloads received on a topic since they were forgotten last. */
  received(topic: string): readonly string[] {
    return this.device.messages.filter((message) => message.topic === topic).map(({ payload }) => payload);
  }

  /** How often a row has arrived on a topic; a row may hold line feeds itself. */
  count(topic: string, row: string): number {
    // neighbours share a line feed
    const doubled = (text: string): string => text.replaceAll('\n', '\n\n');
    const all = doubled(`\n${this.received(topic).join('\n')}\n`);
    return all.split(`\n${doubled(row)}\n`).length - 1;
  }

  forget(): void {
    this.device.messages.length = 0;
  }

  /** Internal id behind a serial. */
  async id(serial = this.serial): Promise<string> {
    return (await this.rest.device(serial)).id;
  }

  /** Creates an operation over REST and brings it to a status; resolves when the device has received it. */
  async operation(number: string, fragments: Fields, status: 'PENDING' | 'EXECUTING' = 'PENDING'): Promise<void> {
    const { id } = await this.rest.createOperation(await this.id(), fragments);
    this.operations.set(number, id);
    await eventually(async () => {
      const { delivery } = await this.rest.operation(id);
      if (!JSON.stringify(delivery).includes('"DELIVERED"')) throw new Error(`operation ${number} is not delivered`);
    });
    if (status === 'PENDING') return;
    const { status: answer } = await this.rest.put(`/devicecontrol/operations/${id}`, { status });
    if (answer !== 200) throw new Error(`operation ${number} does not become ${status}: ${answer}`);
  }

  async updateObject(members: Fields, serial = this.serial): Promise<void> {
    const { status } = await this.rest.put(`/inventory/managedObjects/${await this.id(serial)}`, members);
    if (status !== 200) throw new Error(`${serial} is not changed: ${status}`);
  }

  async close(): Promise<void> {
    await this.device.disconnect();
  }
}
