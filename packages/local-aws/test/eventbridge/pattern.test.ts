import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/eventbridge/pattern';
import { TemplateError, type TemplateValue } from '../../src/template/template';

const matches = (pattern: TemplateValue, event: unknown): boolean => compilePattern(pattern, 'Rule')(event);

describe('an operator', () => {
  it.each<[TemplateValue, readonly unknown[], readonly unknown[]]>([
    ['on', ['on', ['off', 'on'], [['on']]], ['On', 'off', ['off'], null, undefined, { on: 1 }]],
    [5, [5, [1, 5]], ['5', 6]],
    [null, [null], ['', undefined, 0]],
    [true, [true], ['true', 1]],
    ['', [''], [null, undefined, []]],
    [{ prefix: 'us-' }, ['us-east-1'], ['eu-us-1', 5, undefined]],
    [{ prefix: { 'equals-ignore-case': 'EventB' } }, ['eventbridge'], ['anevent']],
    [{ suffix: '.png' }, ['a.png'], ['a.PNG', 'png']],
    [{ suffix: { 'equals-ignore-case': '.png' } }, ['a.PNG'], ['a.jpg']],
    [{ 'equals-ignore-case': 'Alice' }, ['aLICE'], ['Alic', 1]],
    [{ wildcard: 'dir/*.png' }, ['dir/a/b.png', 'dir/.png'], ['other/a.png', 'dir/a.pngs', 'dirXa.png']],
    [{ wildcard: 'a\\*b' }, ['a*b'], ['axb', 'a\\*b']],
    [{ 'anything-but': 'on' }, ['off', 5, ['on', 'off']], ['on', undefined, []]],
    [{ 'anything-but': ['on', 3] }, ['off', 4], ['on', 3]],
    [{ 'anything-but': { prefix: ['us-', 'eu-'] } }, ['ap-1'], ['us-1', 'eu-1']],
    [{ 'anything-but': { suffix: '.png' } }, ['a.jpg'], ['a.png']],
    [{ 'anything-but': { 'equals-ignore-case': 'ON' } }, ['off'], ['on']],
    [{ 'anything-but': { wildcard: '*/lib/*' } }, ['/src/a'], ['/lib/a']],
    [{ numeric: ['=', 300] }, [300, 3e2], ['300', 301]],
    [{ numeric: ['>', 0, '<=', 5] }, [0.1, 5], [0, 5.1, '3', null]],
    [{ exists: true }, ['x', null, 0], [undefined, [], {}]],
    [{ exists: false }, [undefined, [], {}], ['x', null]],
    [{ cidr: '10.0.0.0/24' }, ['10.0.0.255'], ['10.0.1.0', 'ten', '::1', 10]],
    [{ cidr: '2001:db8::/32' }, ['2001:db8::7'], ['2001:db9::7', '10.0.0.1']],
  ])('%j', (operator, matching, others) => {
    for (const value of matching) expect(matches({ x: [operator] }, { x: value }), JSON.stringify(value)).toBe(true);
    for (const value of others) expect(matches({ x: [operator] }, { x: value }), JSON.stringify(value)).toBe(false);
  });
});

describe('a pattern', () => {
  const event = {
    source: 'cirrus',
    detail: {
      tenant: 't1',
      changes: [
        { api: 'alarms', action: 'UPDATE' },
        { api: 'events', action: 'CREATE' },
      ],
    },
  };

  it('wants all members and any of their values', () => {
    expect(matches({ source: ['x', 'cirrus'], detail: { tenant: ['t1'] } }, event)).toBe(true);
    expect(matches({ source: ['cirrus'], detail: { tenant: ['t2'] } }, event)).toBe(false);
    expect(matches({ detail: { tenant: ['t2', { prefix: 't' }] } }, event)).toBe(true);
  });

  it('looks into lists of objects, one object at a time', () => {
    expect(matches({ detail: { changes: { api: ['events'] } } }, event)).toBe(true);
    expect(matches({ detail: { changes: { api: ['events'], action: ['CREATE'] } } }, event)).toBe(true);
    expect(matches({ detail: { changes: { api: ['events'], action: ['UPDATE'] } } }, event)).toBe(false);
  });

  it('has alternatives', () => {
    const either = { $or: [{ source: ['x'] }, { detail: { tenant: ['t1'] } }] };
    expect(matches(either, event)).toBe(true);
    expect(matches({ ...either, detail: { tenant: ['t2'] } }, event)).toBe(false);
    expect(matches({ detail: { $or: [{ tenant: ['t2'] }, { mode: ['CEP'] }] } }, event)).toBe(false);
  });

  it('finds absence below what is absent', () => {
    expect(matches({ other: { member: [{ exists: false }] } }, event)).toBe(true);
    expect(matches({ other: { member: [{ exists: true }] } }, event)).toBe(false);
  });

  it('does not see what objects inherit', () => {
    expect(matches({ constructor: [{ exists: true }] }, event)).toBe(false);
    expect(matches({ detail: { toString: [{ exists: false }] } }, event)).toBe(true);
  });

  it.each<[TemplateValue, string]>([
    [undefined as unknown as TemplateValue, 'EventPattern is not an object'],
    [{}, 'EventPattern is not an object'],
    [{ source: 'cirrus' }, 'source: the values to match stand in a list'],
    [{ source: [] }, 'source: the values to match stand in a list'],
    [{ detail: {} }, 'detail asks for nothing'],
    [{ source: [{ contains: 'x' }] }, 'operator contains is not one of'],
    [{ source: [{ prefix: 'a', suffix: 'b' }] }, 'exactly one operator'],
    [{ source: [['a']] }, 'a list stands within a list'],
    [{ source: [{ prefix: 5 }] }, 'prefix needs a text'],
    [{ source: [{ suffix: { wildcard: '*' } }] }, 'wildcard is not supported within it'],
    [{ source: [{ wildcard: 'a**b' }] }, 'two wildcards'],
    [{ source: [{ wildcard: 'a\\b' }] }, 'only * and \\ are escaped'],
    [{ source: [{ 'anything-but': { numeric: ['=', 1] } }] }, 'numeric is not supported within it'],
    [{ source: [{ 'anything-but': [] }] }, 'needs texts or numbers'],
    [{ source: [{ numeric: ['>', 1, '<'] }] }, 'needs one comparison or two'],
    [{ source: [{ numeric: ['!', 1] }] }, 'is no comparison'],
    [{ source: [{ numeric: ['=', 6e9] }] }, 'within five billion'],
    [{ source: [{ exists: 'yes' }] }, 'exists is true or false'],
    [{ source: [{ cidr: '10.0.0.0/33' }] }, 'not a CIDR block'],
    [{ source: [{ cidr: 'ten/8' }] }, 'not a CIDR block'],
    [{ $or: [{ source: ['a'] }] }, '$or needs two patterns'],
    [{ $or: [{ source: ['a'] }, 5] }, '$or has something that is no pattern'],
  ])('%j is refused: %s', (pattern, message) => {
    expect(() => compilePattern(pattern, 'Rule')).toThrow(TemplateError);
    expect(() => compilePattern(pattern, 'Rule')).toThrow(message);
  });
});
