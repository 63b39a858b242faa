import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodePublish,
  FrameError,
  FrameSplitter,
  PUBLISH,
  readMessageId,
  readPublish,
  readSubscribe,
  SUBSCRIBE,
} from '../../src/iot/transport/mqtt-frames';

const publication = fc.record({
  topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  payload: fc.uint8Array({ maxLength: 400 }),
  messageId: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
});

/** Cuts `data` into chunks of the given sizes, the rest last. */
function chunks(data: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let offset = 0;
  for (const size of sizes) {
    parts.push(data.subarray(offset, offset + size));
    offset += size;
  }
  return [...parts, data.subarray(offset)];
}

describe('FrameSplitter', () => {
  it('finds the same packets however the bytes are cut', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(publication, { maxLength: 8 }), sizes, (publications, cuts) => {
        const packets = publications.map(({ topic, payload, messageId }) => encodePublish(topic, payload, messageId));
        const splitter = new FrameSplitter(1000);
        const frames = chunks(Buffer.concat(packets), cuts).flatMap((chunk) => splitter.push(chunk));
        expect(frames.map(({ bytes }) => bytes.toString('hex'))).toEqual(packets.map((each) => each.toString('hex')));
        for (const [index, { topic, payload, messageId }] of publications.entries()) {
          const frame = frames[index];
          expect(frame?.type).toBe(PUBLISH);
          expect(frame && readPublish(frame)).toEqual({
            topic,
            qos: messageId === undefined ? 0 : 1,
            payloadBytes: payload.length,
          });
        }
      }),
    );
  });

  it('refuses a packet over the limit by its header', () => {
    expect(() => new FrameSplitter(127).push(Buffer.from([0x30, 0x80, 0x01]))).toThrow(FrameError);
    expect(new FrameSplitter(128).push(Buffer.from([0x30, 0x80, 0x01]))).toEqual([]);
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (parts) => {
        const splitter = new FrameSplitter(100);
        try {
          for (const frame of parts.flatMap((part) => splitter.push(Buffer.from(part)))) {
            readPublish(frame);
            readSubscribe(frame);
            readMessageId(frame);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });
});

describe('readSubscribe', () => {
  it('gives filters and QoS, and nothing for a packet that is cut short', () => {
    const body = Buffer.from([0, 7, 0, 1, 0x61, 1, 0, 2, 0x62, 0x2f, 0]);
    const frame = { type: SUBSCRIBE, flags: 2, body, bytes: body };
    expect(readSubscribe(frame)).toEqual([
      { filter: 'a', qos: 1 },
      { filter: 'b/', qos: 0 },
    ]);
    expect(readSubscribe({ ...frame, body: body.subarray(0, -1) })).toBeUndefined();
    expect(readSubscribe({ ...frame, body: body.subarray(0, 7) })).toBeUndefined();
  });
});
