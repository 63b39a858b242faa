import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, printJson } from '../../lib/base/exact-json';
import { ExactNumber, isNumber, isObject } from '../../lib/base/json';

const NUMBERS = [
  '0.0',
  '-0',
  '-0.0',
  '1.10',
  '1e3',
  '1E+3',
  '1e-7',
  '0.0000001',
  '12345678901234567890',
  '1e400',
  '100.0',
];

describe('numbers', () => {
  it.each(NUMBERS)('%s comes back as it was sent, wherever it stands', (text) => {
    for (const json of [text, `[${text}]`, `{"a":${text},"b":[${text},1]}`, `[1,{"a":{"b":${text}}}]`]) {
      expect(printJson(parseJson(json))).toBe(json);
    }
  });

  it('are plain numbers where JavaScript prints them as they were sent', () => {
    expect(parseJson('[0, 1.5, -3, 1e+21, 0.30000000000000004]')).toEqual([0, 1.5, -3, 1e21, 0.30000000000000004]);
    expect(parseJson('{"id":"192254706790338305","time":"2026-02-03T04:05:06.790Z"}')).toEqual({
      id: '192254706790338305',
      time: '2026-02-03T04:05:06.790Z',
    });
  });

  it('compute and compare as numbers do, and are no objects', () => {
    const exact = parseJson('1.50');
    expect([Number(exact) + 1, (exact as number) > 1, String(exact)]).toEqual([2.5, true, '1.50']);
    expect([exact instanceof ExactNumber, isNumber(exact), isObject(exact)]).toEqual([true, true, false]);
    expect(JSON.stringify({ exact })).toBe('{"exact":1.5}');
  });
});

const number = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc
    .tuple(
      fc.bigInt(),
      fc.option(fc.stringMatching(/^\.\d{1,20}$/)),
      fc.option(fc.stringMatching(/^[eE][+-]?\d{1,3}$/)),
    )
    .map(([whole, fraction, exponent]) => `${whole}${fraction ?? ''}${exponent ?? ''}`),
);
const text = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '\\', '"', ':0.0,', '1e3'))
  .map((value) => JSON.stringify(value));
const { document } = fc.letrec<{ document: string }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small' },
    number,
    text,
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('document')).map((elements) => `[${elements.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(text, tie('document')), { selector: ([name]) => name })
      .map((members) => `{${members.map(([name, value]) => `${name}:${value}`).join(',')}}`),
  ),
}));

describe('any JSON', () => {
  it('says the same after it was read and written, and reads like JSON.parse', () => {
    fc.assert(
      fc.property(document, (json) => {
        const read = parseJson(json);
        const written = printJson(read);
        // JavaScript puts members with names of digits first
        expect([...written].sort().join('')).toBe([...json].sort().join(''));
        expect(printJson(parseJson(written))).toBe(written);
        expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(JSON.parse(json))));
      }),
    );
  });

  it('may have spaces', () => {
    expect(printJson(parseJson(' { "a" : [ 1.0 , { } , [ ] ] , "b" : { "c" : "\\\\" , "d" : "\\"" } } \n'))).toBe(
      '{"a":[1.0,{},[]],"b":{"c":"\\\\","d":"\\""}}',
    );
  });

  it.each(['', '1.0.0', '[1.0', '{"a":1.0,}', '01.0', '+1.0', '.0', '1.'])('is not %j', (wrong) => {
    expect(() => parseJson(wrong)).toThrow(SyntaxError);
  });

  it('may be too deep to be kept, without harm', () => {
    const deep = `${'['.repeat(50_000)}1.0${']'.repeat(50_000)}`;
    expect(() => parseJson(deep)).not.toThrow();
  });
});

/** What reads or writes JSON without numbers of users in it, by file or folder. */
const WITHOUT_NUMBERS = [
  // makes the functions that all others use
  'base/exact-json.ts',
  'base/aws/custom-resource.ts',
  // texts, ids, states and policies of the platform
  'api/routes/series.ts',
  'changes/event-bus/event-bus.ts',
  'changes/event-bus/json-schema.ts',
  'connections/',
  'delivery/queue.ts',
  'notifications/bayeux/',
  'notifications/fan-out.ts',
  'notifications/transports/',
  'platform/access/',
  'storage/',
  // Lambda reads the event with JSON.parse, so the numbers of users are in texts there
  'changes/notifications/notification-sink.ts',
];

it('everything else of lib reads and writes JSON by parseJson and printJson', () => {
  const lib = join(import.meta.dirname, '..', '..', 'lib');
  const users = readdirSync(lib, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => /JSON\.(parse|stringify)\(/.test(readFileSync(join(lib, file), 'utf8')));
  expect(users.filter((file) => !WITHOUT_NUMBERS.some((known) => file.startsWith(known)))).toEqual([]);
  expect(WITHOUT_NUMBERS.filter((known) => !users.some((file) => file.startsWith(known)))).toEqual([]);
});
