import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../lib/connections/connection-items';
import type { Operation } from '../../../../lib/platform/model';
import type { RowReply, UplinkAddress } from '../../../../lib/protocols/protocol';
import { readText } from '../../../../lib/protocols/smartrest/csv';
import type { RefusalCode } from '../../../../lib/protocols/smartrest/refusals';
import { decodeStatic, smartRestStatic } from '../../../../lib/protocols/smartrest/static/protocol';
import { PUBLISH_TEMPLATES } from '../../../../lib/protocols/smartrest/static/templates/publish-templates';

const ADDRESS: UplinkAddress = { clientId: 'SN1', rootSerial: 'SN1', serial: 'SN1', params: {}, receivedAt: 0 };
const operation = (deviceSerial: string, fragments: Operation['fragments']): Operation => ({
  id: '7',
  deviceId: '1',
  agentId: '1',
  deviceSerial,
  agentSerial: 'SN1',
  status: 'PENDING',
  creationTime: '2026-02-03T04:05:06.000Z',
  lastUpdated: '2026-02-03T04:05:06.000Z',
  delivery: [],
  fragments,
});
const CONNECTION: Connection = { clientId: 'SN1', session: 'one', startedAt: 0, topics: {}, earlier: [] };

describe('the static protocol', () => {
  it('answers at once and keeps the rows of an operation together, and tells of refusals only who listens', () => {
    const refusal = { code: 45, text: 'value is missing', remedy: 'send it' };
    const restart = operation('SN1', { c8y_Restart: {} });
    const both = operation('SN2', { c8y_Restart: {}, c8y_Command: { text: 'ls' } });
    const rows: readonly RowReply[] = [
      { row: 1, template: '200', refusal },
      { row: 2, template: '123', reply: { kind: 'managedObjectId', id: '9' } },
      { row: 3, template: '500', reply: { kind: 'pendingOperations', operations: [restart, both] } },
      { row: 4, template: '105', reply: { kind: 'children', serials: ['a', 'b'] } },
    ];
    expect(smartRestStatic.writeReply(rows, ADDRESS)).toEqual([
      { topic: 's/ds', groups: [['124,9'], ['106,a,b']], onlyIfSubscribed: false },
      { topic: 's/ds', groups: [['510,SN1'], ['510,SN2', '511,SN2,ls']], onlyIfSubscribed: false },
      { topic: 's/e', groups: [['45,200,value is missing']], onlyIfSubscribed: true },
    ]);
  });

  it('writes an operation for its one topic, and nothing where no template fits', () => {
    const written = (fragments: Operation['fragments']) =>
      smartRestStatic.writeOperation(operation('SN1', fragments), CONNECTION);
    expect(written({ c8y_Restart: {} })).toEqual([{ topic: 's/ds', rows: ['510,SN1'] }]);
    expect(written({ acme_Odd: {} })).toEqual([{ topic: 's/ds', rows: [] }]);
  });

  it('decodes bytes row by row, and knows its templates by name', () => {
    const address = { ...ADDRESS, serial: 'child' };
    expect(smartRestStatic.decode(Buffer.from('211,5\n999'), address)).toMatchObject([
      { row: 1, template: '211', ok: true, commands: [{ kind: 'createMeasurement' }] },
      { row: 2, template: '999', ok: false, refusal: { code: 40 } },
    ]);
    expect(smartRestStatic.titleOf('211')).toBe('Create temperature measurement');
    expect(smartRestStatic.titleOf('999')).toBeUndefined();
  });
});

/** The refusals of a payload, `undefined` for a row that was understood. */
const refusals = (text: string) => decodeStatic(text, ADDRESS).map((row) => (row.ok ? undefined : row.refusal));

describe('a refused row', () => {
  it.each<[string, RefusalCode, string]>([
    ['999,x', 40, 'No static template for this message id'],
    ['130,x', 40, 'No static template for this message id'],
    ['0200,T,T,1', 40, 'No static template for this message id'],
    [',T,T,1', 40, 'No static template for this message id'],
    ['constructor', 40, 'No static template for this message id'],
    ['400,a,"b', 42, 'The row is malformed: a quoted value is not closed'],
    ['400,a,"b"c', 42, 'The row is malformed: text follows a closing quote'],
    ['400,a,b\u0000c', 42, 'The row holds a control character other than line feed, carriage return and tab'],
    ['400,a,b\u001bc', 42, 'The row holds a control character other than line feed, carriage return and tab'],
    ['400,a,b\u0085c', 42, 'The row holds a control character other than line feed, carriage return and tab'],
    ['101', 45, 'uniqueChildId (parameter 1) is missing'],
    ['101,,name', 45, 'uniqueChildId (parameter 1) is missing'],
    ['102,id,type,name', 45, 'serviceStatus (parameter 4) is missing'],
    ['107', 45, 'fragmentName (parameter 1) is missing'],
    ['107,a,type', 45, 'type belongs to every managed object and cannot be cleared'],
    ['112,north', 45, 'latitude (parameter 1) is not a number: north'],
    ['112,1,2,3,4.5', 45, 'accuracy (parameter 4) is not a whole number: 4.5'],
    ['117', 45, 'requiredInterval (parameter 1) is missing'],
    ['117,soon', 45, 'requiredInterval (parameter 1) is not a whole number: soon'],
    ['121,maybe', 45, 'profileExecuted (parameter 1) is not true or false: maybe'],
    ['122,agent,1,,', 45, 'maintainer (parameter 4) is missing'],
    ['141', 45, 'name (parameter 1) is missing'],
    ['141,,1.0', 45, 'name (parameter 1) is missing'],
    ['140,a,1,,,,,,,b,2', 45, 'name (parameter 5) is missing'],
    ['142', 45, 'name (parameter 1) is missing'],
    ['150,SSH,RDP', 45, 'protocol (parameter 2) is not one of SSH, TELNET, VNC, PASSTHROUGH: RDP'],
    ['200,T,T', 45, 'value (parameter 3) is missing'],
    ['200,T,T,25 C', 45, 'value (parameter 3) is not a number: 25 C'],
    [
      '200,time,T,1',
      45,
      'fragment (parameter 1) is not a free member name (taken: id, self, type, time, source): time',
    ],
    ['201,t,', 45, 'fragment (parameter 3) is missing'],
    ['201,t,,f,s,1,V,f,s', 45, 'value (parameter 9) is missing'],
    [
      '201,t,,f,s,1,V,source,s,2',
      45,
      'fragment (parameter 7) is not a free member name (taken: id, self, type, time, source): source',
    ],
    ['210', 45, 'rssi (parameter 1) and ber (parameter 2) are both missing'],
    ['211,0x10', 45, 'temperature (parameter 1) is not a number: 0x10'],
    ['305,a,HIGH', 45, 'severity (parameter 2) is not one of CRITICAL, MAJOR, MINOR, WARNING: HIGH'],
    ['307,a', 45, 'fragmentName (parameter 2) is missing'],
    ['307,a,severity', 45, 'severity belongs to every alarm and cannot be cleared'],
    ['400,a', 45, 'text (parameter 2) is missing'],
    ['401,51.1,6.9,67,2026-01-01T00:00:00Z', 45, 'accuracy (parameter 4) is not a number: 2026-01-01T00:00:00Z'],
    ['407,a,text', 45, 'text belongs to every event and cannot be cleared'],
    ['408', 45, 'path (parameter 4) is missing'],
    [
      '408,,,,a..b,STRING,x',
      45,
      'path (parameter 4) is not a path of fragment and member names joined by dots, at most 100: a..b',
    ],
    [
      '408,,,,source,STRING,x',
      45,
      'path (parameter 4) is not a path of fragment and member names joined by dots, at most 100: source',
    ],
    ['408,,,,a,BOOLEAN,on', 45, 'value of a is not true or false: on'],
    ['408,,,,a,STRING,x,a.b,STRING,y', 45, 'a.b is both a value and a group of values'],
    ['408,,,,a.b,STRING,x,a,STRING,y', 45, 'a is both a value and a group of values'],
    ['501', 45, 'fragment (parameter 1) is missing'],
    ['504,', 45, 'operationId (parameter 1) is missing'],
  ])('%j', (row, code, text) => {
    const [refusal] = refusals(row);
    expect(refusal).toMatchObject({ code, text });
    expect(refusal?.remedy).not.toBe('');
  });

  it('names a wrong time and how one looks', () => {
    expect(refusals('211,20,yesterday')).toMatchObject([
      {
        text: 'time (parameter 2) is not a date and time (ISO 8601, such as 2026-02-03T04:05:06.789+01:00): yesterday',
        remedy: 'send 211,temperature,[time]',
      },
    ]);
  });

  it('quotes at most 40 characters of a value, whole ones', () => {
    const [refusal] = refusals(`211,${'\u{1F600}'.repeat(1_000)}`);
    expect(refusal?.text).toBe(`temperature (parameter 1) is not a number: ${'\u{1F600}'.repeat(40)}…`);
  });

  it('does not stop the others', () => {
    const rows = decodeStatic('211,20\n999\n211,hot\n400,a,"b\n\n212,5\n400,a,b\u0001\n212,6', ADDRESS);
    expect(rows.map(({ row, template, ok }) => [row, template, ok])).toEqual([
      [1, '211', true],
      [2, '999', false],
      [3, '211', false],
      [4, '400', false],
      [5, '212', true],
      [6, '400', false],
      [7, '212', true],
    ]);
  });
});

describe('a payload that is refused as a whole', () => {
  it.each([
    ['', 'The payload is empty'],
    ['\r\n \n', 'The payload is empty'],
    ['{"c8y_Temperature":{}}', 'The payload is JSON but this topic takes SmartREST rows'],
    [' [1,2]', 'The payload is JSON but this topic takes SmartREST rows'],
  ])('%j', (payload, text) => {
    expect(decodeStatic(payload, ADDRESS)).toMatchObject([
      { row: 1, template: '', ok: false, refusal: { code: 42, text } },
    ]);
  });

  it('is told its size and the limit', () => {
    const refusal = smartRestStatic.refusePublish({ kind: 'tooLarge', bytes: 20_000, limit: 16_184 });
    expect(refusal.text).toBe('The message has 20000 bytes and the limit is 16184');
  });
});

describe('a payload that is partly not UTF-8', () => {
  it('costs only the rows that are not', () => {
    const text = readText(Buffer.concat([Buffer.from('211,20\n400,a,Gr'), Buffer.of(0xfc), Buffer.from('n\n212,5')]));
    expect(refusals(text)).toMatchObject([undefined, { code: 42, text: 'The row is not valid UTF-8' }, undefined]);
  });
});

describe('rows that are understood although they are unusual', () => {
  const commands = (text: string) => decodeStatic(text, ADDRESS).flatMap((row) => (row.ok ? row.commands : []));

  it('ignores values beyond the last parameter', () => {
    expect(commands('211,20,,later,addition')).toEqual(commands('211,20'));
  });

  it('empties the advanced software list with 140,,,,', () => {
    expect(commands('140,,,,')).toEqual([{ kind: 'changeSoftware', change: 'replace', items: [] }]);
  });

  it('keeps empty parameters of 503 between others', () => {
    expect(commands('503,c8y_RelayArray,OPEN,,CLOSED,,')).toMatchObject([{ parameters: ['OPEN', '', 'CLOSED'] }]);
  });

  it('takes the last value of a series sent twice in 201', () => {
    expect(commands('201,t,,f,s,1,V,f,s,2,V')).toMatchObject([{ fragments: { f: { s: { value: 2, unit: 'V' } } } }]);
  });

  it('names all fragments in the default text of 408', () => {
    expect(commands('408,,,,a.b.c,NUMBER,1,d,STRING,,a.b.e,boolean,TRUE')).toEqual([
      {
        kind: 'updateParameters',
        text: "Parameters 'a', 'd' were updated",
        onlyIfChanged: false,
        fragments: { a: { b: { c: 1, e: true } }, d: null },
      },
    ]);
  });

  it('keeps a series called __proto__ a series', () => {
    const [command] = commands('200,f,__proto__,1');
    expect(JSON.stringify(command)).toContain('{"f":{"__proto__":{"value":1}}}');
    expect(refusals('200,__proto__,s,1')).toMatchObject([{ code: 45 }]);
    expect(({} as { value?: number }).value).toBeUndefined();
  });

  it('keeps the time as sent and reads one without zone as UTC', () => {
    expect(commands('211,20,2026-02-03T04:05:06.789+01:00')).toMatchObject([{ time: '2026-02-03T04:05:06.789+01:00' }]);
    expect(commands('211,20,2026-02-03T04:05:06')).toMatchObject([{ time: '2026-02-03T04:05:06Z' }]);
  });

  it('reads 10,000 rows and a row of 8 kB', () => {
    const rows = decodeStatic('200,c8y_Temperature,T,21.5,C\n'.repeat(10_000), ADDRESS);
    expect(rows.filter(({ ok }) => ok)).toHaveLength(10_000);
    expect(commands(`400,a,"${'x,'.repeat(4_000)}"`)).toMatchObject([{ text: 'x,'.repeat(4_000) }]);
  });
});

describe('decodeStatic', () => {
  it('answers any text with rows that are understood or refused with code, text and remedy', () => {
    const piece = fc.oneof(
      fc.constantFrom(...PUBLISH_TEMPLATES.keys()),
      fc.constantFrom(',', '"', '\n', '\r', '\\', '\\"', ' ', '-1', '1e5', 'true', '2026-02-03T04:05:06Z', '__proto__'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const [index, row] of decodeStatic(pieces.join(''), ADDRESS).entries()) {
          expect(row.row).toBe(index + 1);
          if (!row.ok) expect([row.refusal.code, row.refusal.text, row.refusal.remedy]).not.toContain('');
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
