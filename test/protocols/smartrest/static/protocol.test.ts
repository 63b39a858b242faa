import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../lib/connections/connection-items';
import type { Operation } from '../../../../lib/platform/model';
import type { RowReply, UplinkAddress } from '../../../../lib/protocols/protocol';
import { smartRestStatic } from '../../../../lib/protocols/smartrest/static/protocol';

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
