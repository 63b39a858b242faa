import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../../lib/base/json';
import { parseRows } from '../../../../lib/protocols/smartrest/csv';
import { operationRows } from '../../../../lib/protocols/smartrest/static/downlink';
import { OPERATION_TEMPLATES } from '../../../../lib/protocols/smartrest/static/operation-templates';

const rows = (fragments: JsonObject, advancedSoftware = false) =>
  operationRows({ deviceSerial: 'SN1', fragments, advancedSoftware });

describe('operationRows', () => {
  it.each<[string, JsonObject, string[]]>([
    ['no template', { acme_Custom: {}, description: 'x' }, []],
    ['several fragments', { c8y_Restart: {}, c8y_Command: { text: 'ls' } }, ['510,SN1', '511,SN1,ls']],
    ['a missing member', { c8y_Command: {} }, ['511,SN1,']],
    ['a null member', { c8y_Firmware: { name: 'os', url: null } }, ['515,SN1,os,,']],
    ['a patch only as 525', { c8y_Firmware: { name: 'os', isPatch: true } }, ['525,SN1,os,,,']],
    ['a patch spelled as text', { c8y_Firmware: { name: 'os', isPatch: 'true' } }, ['525,SN1,os,,,']],
    ['no patch', { c8y_Firmware: { name: 'os', version: '1', isPatch: false } }, ['515,SN1,os,1,']],
    ['a typed upload only as 526', { c8y_UploadConfigFile: { type: 'net' } }, ['526,SN1,net']],
    ['an untyped download only as 521', { c8y_DownloadConfigFile: { url: 'u' } }, ['521,SN1,u']],
    ['a typed download only as 524', { c8y_DownloadConfigFile: { url: 'u', type: 't' } }, ['524,SN1,u,t']],
    ['a measurement request without name', { c8y_MeasurementRequestOperation: {} }, ['517,SN1,']],
    ['relay words as stored', { c8y_RelayArray: ['OPEN', 'CLOSE'] }, ['519,SN1,OPEN,CLOSE']],
    ['a list that is none', { c8y_RelayArray: 'OPEN', c8y_SoftwareList: {} }, []],
    ['every list element escaped', { c8y_RelayArray: ['a"b', 'c,d'] }, ['519,SN1,"a\\"b","c,d"']],
    ['numbers and booleans', { c8y_RemoteAccessConnect: { hostname: 'h', port: 22 } }, ['530,SN1,h,22,']],
    ['an empty profile', { c8y_DeviceProfile: {} }, ['527,SN1,$FW,,,,false,,$SW,$CONF']],
    [
      'a profile patch',
      { c8y_DeviceProfile: { firmware: { name: 'os', isPatch: true, dependency: '1' } } },
      ['527,SN1,$FW,os,,,true,1,$SW,$CONF'],
    ],
  ])('%s', (_, fragments, expected) => {
    expect(rows(fragments)).toEqual(expected);
  });

  it('sends a software update in the form the device keeps its list in', () => {
    const fragments = { c8y_SoftwareUpdate: [{ name: 'a', version: '1', softwareType: 'apt', action: 'install' }] };
    expect(rows(fragments, false)).toEqual(['528,SN1,a,1,,install']);
    expect(rows(fragments, true)).toEqual(['529,SN1,a,1,apt,,install']);
  });

  it('quotes the serial too', () => {
    expect(operationRows({ deviceSerial: 'a,b', fragments: { c8y_Restart: {} }, advancedSoftware: false })).toEqual([
      '510,"a,b"',
    ]);
  });
});

describe('532', () => {
  const update = (parameters: Record<string, Json>): JsonObject => ({
    c8y_ParameterUpdate: {},
    ...Object.fromEntries(Object.keys(parameters).map((name) => [`c8y_ParameterUpdate_${name}`, {}])),
    ...parameters,
  });

  it('flattens nested fragments to dotted paths with type letters', () => {
    const fragments = update({ acme: { a: { b: 1 }, c: 'x', d: null }, flag: true, list: [1, 'a'] });
    expect(rows(fragments)).toEqual(['532,SN1,acme.a.b,n,1,acme.c,s,x,acme.d,,,flag,b,true,list,s,"[1,\\"a\\"]"']);
  });

  it('takes no member that every object inherits for a fragment', () => {
    expect(rows({ c8y_ParameterUpdate: {}, c8y_ParameterUpdate_constructor: {} })).toEqual(['532,SN1,constructor,,']);
  });

  it('takes a fragment that a marker names as a parameter, not as an operation', () => {
    expect(rows(update({ c8y_Relay: { relayState: 'OPEN' } }))).toEqual(['532,SN1,c8y_Relay.relayState,s,OPEN']);
  });

  it('sends null for a marker without fragment', () => {
    expect(rows({ c8y_ParameterUpdate: {}, c8y_ParameterUpdate_gone: {} })).toEqual(['532,SN1,gone,,']);
  });

  it('sends at most 100 parameters, and nothing without any', () => {
    const parameters = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, n]));
    expect(rows(update({ all: parameters(100) }))).toHaveLength(1);
    expect(rows(update({ all: parameters(101) }))).toEqual([]);
    expect(rows({ c8y_ParameterUpdate: {} })).toEqual([]);
  });
});

describe('any operation', () => {
  it('gives rows that a device reads back, one line of values per template, without throwing', () => {
    const names = OPERATION_TEMPLATES.map(({ fragment }) => fragment);
    const json = fc.jsonValue().map((value) => value as Json);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), json), fc.boolean(), (fragments, advanced) => {
        const written = rows(fragments, advanced);
        const read = parseRows(written.join('\n'));
        expect(read.map(({ fields, malformed }) => [fields[0], fields[1], malformed])).toEqual(
          written.map((row) => [row.slice(0, 3), 'SN1', undefined]),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
