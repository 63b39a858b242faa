import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { packetSize, parseUplink } from '../../lib/mqtt/ingest';

const uplink = {
  payload: 'MjExLDI1',
  topic: 's/us',
  clientId: 'd:SN1',
  receivedAt: 1_770_000_000_000,
  messageId: 'a-b',
};

describe('parseUplink', () => {
  it('takes what the rule selects, with and without the members of MQTT 5', () => {
    expect(parseUplink(uplink)).toEqual({ ok: true, value: uplink });
    const answered = { ...uplink, responseTopic: 'r', correlationData: 'Yw==' };
    expect(parseUplink(answered)).toEqual({ ok: true, value: answered });
  });

  it.each([null, 'text', [], {}, { ...uplink, receivedAt: 'now' }, { ...uplink, payload: undefined }])(
    'says what is wrong with %j',
    (event) => {
      expect(parseUplink(event)).toMatchObject({ ok: false, error: expect.stringMatching(/.+: .+|expected/i) });
    },
  );
});

describe('packetSize', () => {
  it.each([0, 1, 119, 120, 121, 16_000, 16_176, 16_177, 16_384, 20_000])(
    'is the length of a QoS 0 PUBLISH with %i bytes of payload',
    (bytes) => {
      const packet = generate({
        cmd: 'publish',
        topic: 's/us',
        payload: Buffer.alloc(bytes, 'x'),
        qos: 0,
        dup: false,
        retain: false,
      });
      expect(packetSize('s/us', bytes)).toBe(packet.length);
    },
  );
});
