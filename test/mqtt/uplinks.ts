import fc from 'fast-check';
import type { Clock } from '../../lib/base/clock';
import type { DeviceMessenger } from '../../lib/delivery/messenger';
import { composeIngest } from '../../lib/mqtt/compose-ingest';
import type { Uplink } from '../../lib/mqtt/ingest';
import { type IngestDeps, ingest } from '../../lib/mqtt/ingest';
import { platformServices } from '../../lib/platform/services';
import { PROTOCOLS } from '../../lib/protocols/protocols';
import { callAt, type TestCall } from '../support/calls';
import { FlowingClock, type ManualClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';

export const TENANT = 't100';
const SENT_AT = Date.UTC(2026, 1, 3, 4, 5, 6);

export interface Sent {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: string;
}

/** Some messages, their numbers twice each in the order of arrival, and whether all of them arrive at once before. */
export const historyOf = (publish: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(publish, { minLength: 2, maxLength }).chain((sent) => {
    const twice = [...sent.keys(), ...sent.keys()];
    return fc.tuple(fc.constant(sent), fc.shuffledSubarray(twice, { minLength: twice.length }), fc.boolean());
  });

/** The ingest room on real tables, with the broker's side written down. */
export class Uplinks {
  readonly sent: Sent[] = [];
  readonly listening = new Set(['s/e']);
  private count = 0;

  private constructor(
    readonly tables: Tables,
    readonly clock: ManualClock,
    readonly services: ReturnType<typeof platformServices>,
  ) {}

  static async start(): Promise<Uplinks> {
    const tables = await startTables();
    const clock = new FlowingClock(SENT_AT);
    return new Uplinks(tables, clock, platformServices({ ...tables, clock }));
  }

  /** What the rule hands over for the next publish, a second after the one before. */
  uplink(serial: string, topic: string, payload: string | Uint8Array): Uplink {
    this.count++;
    return {
      payload: Buffer.from(payload).toString('base64'),
      topic,
      clientId: serial,
      receivedAt: SENT_AT + this.count * 1_000,
      messageId: `${this.count.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
    };
  }

  /** Uplinks that were sent five seconds apart, the first `after` ms from now. */
  inTurn(sent: readonly Uplink[], after = 1_000): Uplink[] {
    const start = this.clock.now() + after;
    return sent.map((uplink, index) => ({
      ...uplink,
      receivedAt: start + index * 5_000,
      messageId: `${index.toString(16).padStart(8, '0')}-4000`,
    }));
  }

  /** A device that exists, and what it sends in the next minute. */
  async minuteOf(serial: string, sent: readonly string[]): Promise<{ id: string; serial: string; messages: Uplink[] }> {
    const { id } = await this.services.devices.ensureRoot(this.call(), serial);
    return { id, serial, messages: this.inTurn(sent.map((payload) => this.uplink(serial, 's/us', payload))) };
  }

  /** A call of the services themselves, for what a test needs beforehand. */
  call(): TestCall {
    return callAt(this.clock.now(), { tenant: TENANT, user: 'admin', messageId: 'setup' });
  }

  /** A function instance of its own: nothing remembered. `tables` are for an instance that fails. */
  instance(
    overrides: Partial<IngestDeps> = {},
    clock: Clock = this.clock,
    tables: Pick<Tables, 'registry' | 'telemetry'> = this.tables,
  ): IngestDeps {
    const messenger: DeviceMessenger = {
      send: async (clientId, topic, payload) => {
        this.sent.push({ clientId, topic, payload });
        return 'sent';
      },
    };
    const { registry, telemetry } = tables;
    const parts = { registry, telemetry, clock, protocols: PROTOCOLS, messenger, payloadLimit: 16_184 };
    return {
      ...composeIngest(parts),
      senderOf: async (clientId) => ({ tenant: TENANT, user: 'admin', serial: clientId }),
      isSubscribed: async (_tenant, _serial, topic) => this.listening.has(topic),
      ...overrides,
    };
  }

  /** Publishes on the device's topic and returns what came of it. */
  publish(deps: IngestDeps, serial: string, payload: string | Uint8Array, topic = 's/us') {
    return ingest(this.uplink(serial, topic, payload), deps);
  }

  /** Rows sent on a topic so far, oldest first. */
  rows(topic: string): string[] {
    return this.sent.filter((message) => message.topic === topic).flatMap(({ payload }) => payload.split('\n'));
  }
}
