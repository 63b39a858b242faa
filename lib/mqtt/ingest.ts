import { fail, ok, type Result } from '../base/result';
import { ERROR_DOWNLINK, STATIC_DOWNLINK } from '../connections/topics';
import { parseTopic, type UplinkTopic } from '../connections/uplink-topic';
import type { DeviceMessenger } from '../delivery/messenger';
import { packRows } from '../delivery/pending';
import type { Call, ReadingCall } from '../platform/call';
import type { Origin } from '../platform/model';
import type { PlatformServices } from '../platform/services';
import type { UnitOfWork } from '../platform/unit-of-work';
import { errorRow } from '../protocols/smartrest/errors';
import { payloadTooLarge, readText } from '../protocols/smartrest/payload';
import { refusal, type SpelledRefusal, spell } from '../protocols/smartrest/refusals';
import { writeAnswer } from '../protocols/smartrest/static/answers';
import { type DecodedRow, decodeStatic } from '../protocols/smartrest/static/decode';
import { run, type Said } from './commands';
import type { Outcome } from './outcome';
import { Target } from './target';
import { packetSize, type Uplink } from './uplink';

/** Whose client ID a message came from; written by the authorizer. */
export interface Sender {
  readonly tenant: string;
  readonly user: string;
  readonly serial: string;
}

export interface IngestDeps {
  readonly services: PlatformServices;
  readonly messenger: DeviceMessenger;
  /** Bytes of a whole PUBLISH packet (mqtt-implementation section 8.1). */
  readonly payloadLimit: number;
  /** The claim of a client ID, cached. */
  senderOf(clientId: string): Promise<Sender | undefined>;
  /** Does the device listen on this topic? A device of which this is not known yet counts as listening. */
  isSubscribed(tenant: string, serial: string, topic: string): Promise<boolean>;
  /** Where the effects of a message go; its mode comes with the origin. */
  begin(origin: Origin): UnitOfWork;
  /** All pending operations of an agent as payloads for `s/ds`, oldest first (500). */
  pendingMessages(tenant: string, agentId: string, limit: number): Promise<readonly string[]>;
}

/** What came of one publish: for the log line and the tests. */
export interface IngestReport {
  readonly tenant: string;
  readonly device: string;
  readonly outcomes: readonly Outcome[];
}

/**
 * One publish from its envelope to its effects: decode, run row by row, store, then answer. A row that is refused does not
 * stop the others. Throws only for faults (no claim, database down); Lambda then tries again, and every effect is
 * idempotent.
 */
export async function ingest(uplink: Uplink, deps: IngestDeps): Promise<IngestReport> {
  const sender = await deps.senderOf(uplink.clientId);
  if (sender === undefined)
    throw new Error(`client ID ${uplink.clientId} has no claim: it never passed the authorizer`);
  const conversation = new Conversation(uplink, sender, deps);
  const decoded = conversation.decode();
  if (decoded.ok) await conversation.run(decoded.value.topic, decoded.value.rows);
  else conversation.refuse(0, '', decoded.error);
  await conversation.reply();
  return { tenant: sender.tenant, device: sender.serial, outcomes: conversation.outcomes };
}

interface Decoded {
  readonly topic: UplinkTopic;
  readonly rows: readonly DecodedRow[];
}

/** One publish: what its rows did and what there is to say about them. */
class Conversation {
  readonly outcomes: Outcome[] = [];
  private readonly answers: string[] = [];
  private readonly pending: string[] = [];
  private readonly errors: string[] = [];

  constructor(
    private readonly uplink: Uplink,
    private readonly sender: Sender,
    private readonly deps: IngestDeps,
  ) {}

  private origin(row: number, mode: Origin['mode']): Origin {
    const { receivedAt, messageId } = this.uplink;
    return { tenant: this.sender.tenant, user: this.sender.user, mode, receivedAt, messageId, row };
  }

  decode(): Result<Decoded, SpelledRefusal> {
    const topic = parseTopic(this.uplink.topic);
    if (!topic.ok) return fail(refusal(43, topic.error.text, topic.error.remedy));
    const bytes = Buffer.from(this.uplink.payload, 'base64');
    const size = packetSize(this.uplink.topic, bytes.length);
    if (size > this.deps.payloadLimit) return fail(payloadTooLarge(size, this.deps.payloadLimit));
    const { serial } = this.sender;
    const context = { serial: topic.value.childId ?? serial, rootSerial: serial, receivedAt: this.uplink.receivedAt };
    return ok({ topic: topic.value, rows: decodeStatic(readText(bytes), context) });
  }

  /** Row by row, because a row may need what the one before it created; then stores what they collected at once. */
  async run(topic: UplinkTopic, rows: readonly DecodedRow[]): Promise<void> {
    const message = this.deps.begin(this.origin(0, topic.mode));
    const target = new Target(this.deps.services.devices, this.sender.serial, topic.childId);
    for (const row of rows) {
      const call: ReadingCall = { origin: this.origin(row.row, topic.mode), effects: message.effects };
      if (!row.ok) this.refuse(row.row, row.template, row.refusal);
      else await this.runRow(row, call, target);
    }
    await this.noteLife({ origin: this.origin(rows.length + 1, topic.mode), effects: message.effects }, target);
    await message.flush();
  }

  /** Whatever a message says, its device is alive (mqtt-implementation section 17). */
  private async noteLife(call: Call, target: Target): Promise<void> {
    const device = await target.spoken(call.origin.tenant);
    if (device === undefined) return;
    await this.deps.services.availability.alive(call, device, { pushed: device.serial === this.sender.serial });
  }

  private async runRow(row: DecodedRow & { ok: true }, call: ReadingCall, target: Target): Promise<void> {
    for (const command of row.commands) {
      const said = await run(command, { call, services: this.deps.services, target });
      if (!said.ok) return this.refuse(row.row, row.template, spell(said.error));
      await this.say(said.value);
    }
    this.outcomes.push({ row: row.row, template: row.template, result: 'accepted' });
  }

  refuse(row: number, template: string, why: SpelledRefusal): void {
    this.outcomes.push({ row, template, result: 'refused', ...why });
    this.errors.push(errorRow(why.code, template, why.text));
  }

  private async say(said: Said): Promise<void> {
    if (said === undefined) return;
    if (said.kind === 'pendingOperations') {
      this.pending.push(...(await this.deps.pendingMessages(this.sender.tenant, said.agent.id, this.roomForRows)));
    } else this.answers.push(writeAnswer(said));
  }

  /** Answers at once and unconfirmed; error rows only to a device that listens for them (DESIGN section 3). */
  async reply(): Promise<void> {
    const { tenant, serial } = this.sender;
    await this.send(STATIC_DOWNLINK, [...this.pack(this.answers), ...this.pending]);
    if (this.errors.length === 0 || !(await this.deps.isSubscribed(tenant, serial, ERROR_DOWNLINK))) return;
    await this.send(ERROR_DOWNLINK, this.pack(this.errors));
  }

  private async send(topic: string, payloads: readonly string[]): Promise<void> {
    for (const payload of payloads) {
      await this.deps.messenger.send(this.uplink.clientId, topic, payload, { confirm: false });
    }
  }

  private pack(rows: readonly string[]): readonly string[] {
    return packRows(
      rows.map((row) => [row]),
      this.roomForRows,
    );
  }

  private get roomForRows(): number {
    return this.deps.payloadLimit - DOWNLINK_HEADER_BYTES;
  }
}

/** Room for fixed header, topic and packet identifier of a downlink. */
const DOWNLINK_HEADER_BYTES = 64;
