import { describe, expect, it } from 'vitest';
import { linked, objectUrlOf } from '../../lib/changes/links';

const BASE = 'https://t100.example.com';

describe('links', () => {
  it.each([
    ['measurements', '/measurement/measurements/9'],
    ['events', '/event/events/9'],
    ['alarms', '/alarm/alarms/9'],
    ['managedobjects', '/inventory/managedObjects/9'],
    ['operations', '/devicecontrol/operations/9'],
  ] as const)('lead to %s where REST has them', (api, path) => {
    expect(objectUrlOf(BASE, api, '9')).toBe(`${BASE}${path}`);
    expect(linked(BASE, api, { id: '9', text: 'x' })).toEqual({ id: '9', text: 'x', self: `${BASE}${path}` });
  });

  it('keep an id in its place, whatever it is', () => {
    expect(objectUrlOf(BASE, 'alarms', '../a b?')).toBe(`${BASE}/alarm/alarms/..%2Fa%20b%3F`);
  });

  it('lead from a reading to its source', () => {
    const source = { id: '7', self: `${BASE}/inventory/managedObjects/7` };
    expect(linked(BASE, 'events', { id: '9', source: { id: '7' } })).toMatchObject({ source });
  });

  it("leave a fragment of a device's own alone that is called source", () => {
    const object = { id: '9', source: { kind: 'solar' } };
    expect(linked(BASE, 'managedobjects', object)).toMatchObject(object);
    expect(linked(BASE, 'operations', object).source).toEqual({ kind: 'solar' });
  });

  it('replace what calls itself a link, and change nothing given', () => {
    const object = { id: '9', self: 'x' };
    expect(linked(BASE, 'events', object).self).toBe(`${BASE}/event/events/9`);
    expect(object.self).toBe('x');
  });

  it('are none without an id', () => {
    expect(linked(BASE, 'alarms', { text: 'x' })).toEqual({ text: 'x' });
  });
});
