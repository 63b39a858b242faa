import { fail, ok, type Result } from '../base/result';
import type { ProcessingMode } from '../changes/modes';
import type { DeviceMessenger } from '../delivery/messenger';
import { packRows } from '../delivery/pack-rows';
import type { Call, ReadingCall } from '../platform/call';
import { itemRefusal } from '../platform/limits';
import type { Origin } from '../platform/model';
import type { PlatformServices } from '../platform/services';
import { beginWork, type WorkDeps } from '../platform/unit-of-work';
import {
  CHILD,
  type DecodedRow,
  type Protocol,
  type RowReply,
  type SpelledRefusal,
  type UplinkAddress,
} from '../protocols/protocol';
import { parseTopic } from '../protocols/topics';
import { ItemLimitError } from '../storage/item-limits';
import { run, Target } from './commands';

/**
 * One publish as the IoT rule hands it over (`cdk/topics.ts` selects exactly these). The payload is in Base64, because
 * the Lambda action carries JSON only and a payload of rows can be JSON by accident
 * (docs/reference/aws-platform.md#payloads-travel-as-base64).
 */
export interface Uplink {
  /** Base64. */
  readonly payload: string;
  readonly topic: string;
  readonly clientId: string;
  /** ms since the epoch, by the clock of the rules engine. */
  readonly receivedAt: number;
  /** The broker's trace id. */
  readonly messageId: string;
  /** MQTT 5 only: where the device wants its answer, and what it wants back with it. */
  readonly responseTopic?: string;
  readonly correlationData?: string;
}

const TEXTS = ['payload', 'topic', 'clientId', 'messageId'] as const;
const OPTIONAL_TEXTS = ['responseTopic', 'correlationData'] as const;

/**
 * Reads what the rule hands over; the error names every member that is wrong. It needs no schema library
 * (docs/decisions/0003-no-schema-library-on-the-hot-path.md).
 */
export function parseUplink(event: unknown): Result<Uplink, string> {
  if (typeof event !== 'object' || event === null) return fail('event: not an object');
  const members: { readonly [name: string]: unknown } = { ...event };
  const faults = [
    ...TEXTS.filter((name) => typeof members[name] !== 'string').map((name) => `${name}: not a text`),
    ...OPTIONAL_TEXTS.filter((name) => !['string', 'undefined'].includes(typeof members[name])).map(
      (name) => `${name}: not a text`,
    ),
    ...(Number.isFinite(members.receivedAt) ? [] : ['receivedAt: not a number']),
  ];
  return faults.length > 0 ? fail(faults.join('; ')) : ok(event as Uplink);
}

/** The owner of the client ID that a message came from, as its claim says. */
export interface Sender {
  readonly tenant: string;
  readonly user: string;
  readonly serial: string;
}

/** What `ingest` works with. */
export interface IngestDeps {
  readonly services: PlatformServices;
  readonly protocols: readonly Protocol[];
  readonly messenger: DeviceMessenger;
  /** Bytes of a whole PUBLISH packet (docs/reference/mqtt-implementation.md#payload-limit). */
  readonly payloadLimit: number;
  /** The claim of a client ID, cached. */
  senderOf(clientId: string, receivedAt: number): Promise<Sender | undefined>;
  /** Whether the device listens on this topic. It counts as listening while nothing is known. */
  isSubscribed(tenant: string, serial: string, topic: string): Promise<boolean>;
  /** Where the effects of a publish go. */
  readonly work: WorkDeps;
}

/** What came of one row. Row 0 with an empty template stands for the publish as a whole. */
export type Outcome = { readonly row: number; readonly template: string } & (
  | { readonly result: 'accepted' }
  | ({ readonly result: 'refused' } & SpelledRefusal)
);

/** What came of one publish, for the log line and the tests. */
export interface IngestReport {
  readonly tenant: string;
  readonly device: string;
  readonly outcomes: readonly Outcome[];
}

/**
 * Handles one publish: decodes it, runs its rows, stores what they did, then replies. A refused row does not stop the
 * others.
 *
 * @throws for faults only (no claim, database down). Lambda then tries again, which does no harm: every effect is
 * idempotent.
 */
export async function ingest(uplink: Uplink, deps: IngestDeps): Promise<IngestReport> {
  const sender = await deps.senderOf(uplink.clientId, uplink.receivedAt);
  if (sender === undefined)
    throw new Error(`client ID ${uplink.clientId} has no claim: it never passed the authorizer`);
  const topic = parseTopic(uplink.topic, deps.protocols);
  const protocol = topic.ok ? topic.value.protocol : topic.error.protocol;
  if (protocol === undefined) throw new Error(`topic ${uplink.topic} came by a rule, but belongs to no protocol`);
  const params = topic.ok ? topic.value.params : {};
  const address: UplinkAddress = {
    clientId: uplink.clientId,
    rootSerial: sender.serial,
    serial: params[CHILD] ?? sender.serial,
    params,
    receivedAt: uplink.receivedAt,
  };
  const publish = new Publish(uplink, sender, address, protocol, deps);
  if (topic.ok) await publish.run(topic.value.mode);
  else publish.refuse(0, '', protocol.refusePublish({ kind: 'unknownTopic', topic: uplink.topic }));
  await publish.reply();
  return { tenant: sender.tenant, device: sender.serial, outcomes: publish.outcomes };
}

/** One publish on its way: the outcomes of its rows and the replies to its sender. */
class Publish {
  readonly outcomes: Outcome[] = [];
  private readonly replies: RowReply[] = [];

  constructor(
    private readonly uplink: Uplink,
    private readonly sender: Sender,
    private readonly address: UplinkAddress,
    private readonly protocol: Protocol,
    private readonly deps: IngestDeps,
  ) {}

  /** Runs row by row, because a row may need what the one before it created. Stores all effects together at the end. */
  async run(mode: ProcessingMode): Promise<void> {
    const { services, payloadLimit: limit } = this.deps;
    const payload = Buffer.from(this.uplink.payload, 'base64');
    const bytes = packetSize(this.uplink.topic, payload.length);
    if (bytes > limit) return this.refuse(0, '', this.protocol.refusePublish({ kind: 'tooLarge', bytes, limit }));
    const rows = this.protocol.decode(payload, this.address);
    const work = beginWork(this.deps.work, this.origin(0, mode));
    const target = new Target(services.devices, this.address.rootSerial, this.address.params[CHILD]);
    const call = (row: number): ReadingCall => ({ origin: this.origin(row, mode), effects: work.effects });
    for (const row of rows) {
      await this.standingAlone(row.row, row.template, () => this.runRow(row, call(row.row), target));
    }
    await this.standingAlone(0, '', () => this.recordSignOfLife(call(rows.length + 1), target));
    await work.flush();
  }

  private origin(row: number, mode: ProcessingMode): Origin {
    const { receivedAt, messageId } = this.uplink;
    return { tenant: this.sender.tenant, user: this.sender.user, mode, receivedAt, messageId, row };
  }

  /**
   * What the database never takes is refused, and the other rows are done. As a fault it would be tried again with all
   * of them, in vain.
   */
  private async standingAlone(row: number, template: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ItemLimitError)) throw error;
      this.refuse(row, template, this.protocol.spell(itemRefusal(error)));
    }
  }

  private async runRow(row: DecodedRow, call: ReadingCall, target: Target): Promise<void> {
    if (!row.ok) return this.refuse(row.row, row.template, row.refusal);
    for (const command of row.commands) {
      const done = await run(command, { call, services: this.deps.services, target });
      if (!done.ok) return this.refuse(row.row, row.template, this.protocol.spell(done.error));
      if (done.value !== undefined) this.replies.push({ row: row.row, template: row.template, reply: done.value });
    }
    this.outcomes.push({ row: row.row, template: row.template, result: 'accepted' });
  }

  refuse(row: number, template: string, refusal: SpelledRefusal): void {
    this.outcomes.push({ row, template, result: 'refused', ...refusal });
    this.replies.push({ row, template, refusal });
  }

  /** Every message shows that its device is alive (docs/reference/mqtt-implementation.md#signs-of-life). */
  private async recordSignOfLife(call: Call, target: Target): Promise<void> {
    const device = await target.addressedDevice(call.origin.tenant);
    if (device === undefined) return;
    await this.deps.services.availability.recordSignOfLife(call, device, {
      pushed: device.serial === this.sender.serial,
    });
  }

  /**
   * Sends the replies. No reply waits for the device's PUBACK; only operations do
   * (docs/reference/aws-platform.md#answers-go-unconfirmed-operations-confirmed).
   */
  async reply(): Promise<void> {
    if (this.replies.length === 0) return;
    const { tenant, serial } = this.sender;
    for (const { topic, groups, onlyIfSubscribed } of this.protocol.writeReply(this.replies, this.address)) {
      if (groups.length === 0) continue;
      if (onlyIfSubscribed && !(await this.deps.isSubscribed(tenant, serial, topic))) continue;
      for (const payload of packRows(groups, this.deps.payloadLimit - DOWNLINK_HEADER_BYTES)) {
        await this.deps.messenger.send(this.uplink.clientId, topic, payload, { confirm: false });
      }
    }
  }
}

/** Bytes kept free for fixed header, topic and packet identifier of a downlink. */
const DOWNLINK_HEADER_BYTES = 64;

/**
 * Bytes of the PUBLISH packet a payload came in: the limit counts header and body
 * (docs/reference/mqtt-implementation.md#payload-limit). The packet identifier of QoS 1 is left out, because rules do
 * not know the QoS.
 */
export function packetSize(topic: string, payloadBytes: number): number {
  const remaining = 2 + Buffer.byteLength(topic) + payloadBytes;
  let lengthBytes = 1;
  for (let rest = remaining; rest > 127; rest = Math.floor(rest / 128)) lengthBytes++;
  return 1 + lengthBytes + remaining;
}
