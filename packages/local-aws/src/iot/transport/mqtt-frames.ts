/** MQTT control packet types that the gate looks at (MQTT 3.1.1, table 2.1). */
export const CONNECT = 1;
export const PUBLISH = 3;
export const PUBACK = 4;
export const SUBSCRIBE = 8;
export const DISCONNECT = 14;

/** One MQTT control packet, still encoded. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  /** Everything after the fixed header. */
  readonly body: Buffer;
  /** The whole packet, as received. */
  readonly bytes: Buffer;
}

/** The client sent bytes that are not MQTT, or a packet that is too long. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const MAX_HEADER_BYTES = 5;

/**
 * Cuts a byte stream into MQTT packets, wherever its chunks begin and end. A packet longer than `maxBytes` is refused
 * when its header is read, so that no client can make the broker buffer it.
 */
export class FrameSplitter {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Bytes that must be there before another packet can be complete. */
  private needed = 2;

  constructor(private readonly maxBytes: number) {}

  /** The packets completed by `chunk`. Throws `FrameError`. */
  push(chunk: Buffer): Frame[] {
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    if (this.pendingBytes < this.needed) return [];
    const data = this.pending.length === 1 ? chunk : Buffer.concat(this.pending);
    const frames: Frame[] = [];
    let offset = 0;
    for (;;) {
      const frame = this.read(data, offset);
      if (frame === undefined) break;
      frames.push(frame);
      offset += frame.bytes.length;
    }
    this.keep(data.subarray(offset));
    return frames;
  }

  private read(data: Buffer, offset: number): Frame | undefined {
    const length = remainingLength(data, offset + 1);
    if (length === undefined) {
      this.needed = data.length - offset + 1;
      return undefined;
    }
    if (length.value > this.maxBytes) throw new FrameError(`a packet of ${length.value} bytes is over the limit`);
    const end = length.end + length.value;
    if (end > data.length) {
      this.needed = end - offset;
      return undefined;
    }
    const first = data[offset] ?? 0;
    return {
      type: first >> 4,
      flags: first & 0x0f,
      body: data.subarray(length.end, end),
      bytes: data.subarray(offset, end),
    };
  }

  private keep(rest: Buffer): void {
    this.pending = rest.length > 0 ? [rest] : [];
    this.pendingBytes = rest.length;
    if (rest.length === 0) this.needed = 2;
  }
}

/** The variable-length integer at `offset` and where it ends; undefined while bytes are missing. */
function remainingLength(data: Buffer, offset: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < MAX_HEADER_BYTES - 1; index++) {
    const byte = data[offset + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return { value, end: offset + index + 1 };
  }
  throw new FrameError('the remaining length of a packet has more than four bytes');
}

/** What the gate needs of a PUBLISH; undefined when the packet is cut short. */
export function readPublish(frame: Frame): { qos: number; topic: string; payloadBytes: number } | undefined {
  const { body } = frame;
  if (body.length < 2) return undefined;
  const topicBytes = body.readUInt16BE(0);
  const qos = (frame.flags >> 1) & 3;
  const payloadBytes = body.length - 2 - topicBytes - (qos > 0 ? 2 : 0);
  if (payloadBytes < 0) return undefined;
  return { qos, topic: body.toString('utf8', 2, 2 + topicBytes), payloadBytes };
}

/** Topic filter and requested QoS of each subscription; undefined when the packet is malformed. */
export function readSubscribe(frame: Frame): { filter: string; qos: number }[] | undefined {
  const { body } = frame;
  const subscriptions: { filter: string; qos: number }[] = [];
  let offset = 2;
  while (offset < body.length) {
    if (offset + 2 > body.length) return undefined;
    const end = offset + 2 + body.readUInt16BE(offset);
    const qos = body[end];
    if (qos === undefined) return undefined;
    subscriptions.push({ filter: body.toString('utf8', offset + 2, end), qos });
    offset = end + 1;
  }
  return subscriptions;
}

/** The packet identifier of a PUBACK; undefined when the packet is cut short. */
export function readMessageId(frame: Frame): number | undefined {
  return frame.body.length >= 2 ? frame.body.readUInt16BE(0) : undefined;
}

/** An encoded MQTT 3.1.1 PUBLISH, QoS 1 with a message id and QoS 0 without. */
export function encodePublish(topic: string, payload: Uint8Array, messageId?: number): Buffer {
  const name = Buffer.from(topic);
  const header = Buffer.alloc(2 + name.length + (messageId === undefined ? 0 : 2));
  header.writeUInt16BE(name.length, 0);
  name.copy(header, 2);
  if (messageId !== undefined) header.writeUInt16BE(messageId, 2 + name.length);
  const fixed = [(PUBLISH << 4) | (messageId === undefined ? 0 : 2)];
  let rest = header.length + payload.length;
  do {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    fixed.push(rest > 0 ? digit | 0x80 : digit);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(fixed), header, payload]);
}
