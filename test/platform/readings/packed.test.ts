import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoOf } from '../../../lib/base/instant';
import type { JsonObject } from '../../../lib/base/json';
import { PACK_VERSION, type PackedReading, PackFormatError, pack, unpack } from '../../../lib/platform/readings/packed';

const START = Date.UTC(2026, 1, 3, 4, 0, 0);
const byContent = { by: 'content' } as const;

const temperature = (at: number, value: number): PackedReading => ({
  time: isoOf(START + at * 1000),
  type: 'c8y_Temperature',
  fragments: { c8y_Temperature: { T: { value, unit: 'C' } } },
  identity: byContent,
});

/** Rows as a small device sends them: `200,c8y_Temperature,T,21.53,C,2026-02-03T04:00:17.000Z` and two more types. */
const realistic = (rows: number): PackedReading[] =>
  Array.from({ length: rows }, (_, at) => {
    const wave = Math.round(2000 + 300 * Math.sin(at / 7) + ((at * 7919) % 100)) / 100;
    if (at % 3 === 0) return temperature(at * 17, wave);
    const time = isoOf(START + at * 17_000 + 13);
    if (at % 3 === 1) {
      return {
        time,
        type: 'acme_Flow',
        fragments: { acme_Flow: { F: { value: wave * 3, unit: 'l/s' } } },
        identity: byContent,
      };
    }
    const fragments = { c8y_Battery: { level: { value: 100 - (at % 60), unit: '%' } } };
    return {
      time,
      type: 'c8y_Battery',
      fragments,
      identity: { by: 'message', messageId: '0f8b1c2d-aaaa', row: at + 1 },
    };
  });

/** What DynamoDB adds to the value: keys, attribute names and the two times. */
const OVERHEAD = 'pk'.length + 'T#t100#D#194212345678123456#202602'.length + 'skdrttl'.length + 26 + 20;

describe('pack', () => {
  it('keeps the documented layout', () => {
    const bytes = pack([temperature(0, 21.5), temperature(60, 22)]);
    expect([...bytes.subarray(0, 2)]).toEqual([PACK_VERSION, 0]);
    expect(JSON.parse(Buffer.from(bytes.subarray(2)).toString())).toEqual({
      z: '3Z',
      s: [['c8y_Temperature', ['c8y_Temperature', ['T', 'C']]]],
      h: [0, 0],
      t: [START, 60_000],
      v: [[21.5, 22]],
    });
  });

  it.each([
    [1, 1],
    [20, 1],
    [200, 4],
  ])('%i realistic rows cost at most %i write units', (rows, units) => {
    const bytes = pack(realistic(rows));
    expect(Math.ceil((bytes.length + OVERHEAD) / 1024)).toBeLessThanOrEqual(units);
    expect(unpack(bytes)).toEqual(realistic(rows));
  });

  it('compresses only when that saves a write unit', () => {
    expect(pack(realistic(20))[1]).toBe(0);
    expect(pack(realistic(200))[1]).toBe(1);
  });
});

describe('unpack', () => {
  const name = fc.oneof(
    fc.constantFrom('T', 'c8y_Temperature', 'value', 'unit', '0', '__proto__', 'constructor', 'größe', ''),
    fc.string({ unit: 'binary' }),
  );
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const series = fc.oneof(fc.record({ value: number }), fc.record({ value: number, unit: name }), fc.jsonValue());
  const fragments = fc.dictionary(name, fc.oneof(fc.dictionary(name, series), fc.jsonValue()), { maxKeys: 4 });
  const zone = fc.constantFrom('Z', '+01:00', '-11:30', '+14:00', '', '+0100');
  const time = fc.oneof(
    fc
      .tuple(
        fc.date({ min: new Date(0), noInvalidDate: true, max: new Date('9999-12-30') }),
        fc.constantFrom(19, 23),
        zone,
      )
      .map(([date, length, suffix]) => `${date.toISOString().slice(0, length)}${suffix}`),
    fc.constantFrom('2026-02-03', '2026-02-30T00:00:00Z', '0000-01-01T00:00:00.000Z', ''),
  );
  const identity = fc.oneof(
    fc.constant(byContent),
    fc.record({ by: fc.constant('message' as const), messageId: fc.constantFrom('a', 'b'), row: fc.nat(500) }),
  );
  const reading = fc.record({ time, type: name, fragments, identity });

  it('gives back exactly what was packed, whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 30 }), (readings) => {
        // JSON has one zero only
        const asJson = readings.map((entry) => ({
          ...entry,
          fragments: JSON.parse(JSON.stringify(entry.fragments)) as JsonObject,
        }));
        const unpacked = unpack(pack(readings as PackedReading[]));
        expect(unpacked).toEqual(asJson);
        expect(JSON.stringify(unpacked)).toBe(JSON.stringify(asJson));
      }),
      { numRuns: 300 },
    );
  });

  it('never crashes in another way than by its own error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 1), (noise, encoding) => {
        const bytes = Uint8Array.of(PACK_VERSION, encoding, ...(encoding === 0 ? noise : deflateRawSync(noise)));
        expect(() => unpack(bytes)).toThrow(PackFormatError);
      }),
    );
  });

  it('says which version or encoding it does not know', () => {
    expect(() => unpack(Uint8Array.of(2, 0, 1))).toThrow('packed readings of unknown version 2');
    expect(() => unpack(Uint8Array.of(1, 7, 1))).toThrow('unknown encoding 7');
    expect(() => unpack(new Uint8Array())).toThrow(PackFormatError);
  });

  it('refuses a document whose columns do not match', () => {
    const document = JSON.stringify({ z: '3Z', s: [['T', ['T', 'T']]], h: [0, 0], t: [START, 1], v: [[1]] });
    expect(() => unpack(Buffer.concat([Uint8Array.of(1, 0), Buffer.from(document)]))).toThrow(PackFormatError);
  });
});
