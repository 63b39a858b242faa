import { describe, expect, it } from 'vitest';
import { bodyTypeOf, contentTypeOf, representationOf } from '../../lib/http/media-type';

describe('representationOf', () => {
  it.each([
    [undefined, false, 'vendor'],
    [undefined, true, 'empty'],
    ['', true, 'empty'],
    ['*/*', true, 'vendor'],
    ['application/json', false, 'json'],
    ['application/json, text/plain, */*', false, 'json'],
    ['application/vnd.com.nsn.cumulocity.managedObject+json;ver=0.9', true, 'vendor'],
    ['APPLICATION/VND.COM.NSN.CUMULOCITY.ALARM+JSON;charset=UTF-8', false, 'vendor'],
    ['application/vnd.com.nsn.cumulocity.user+json;', false, 'vendor'],
    ['text/html, application/*;q=0.1', false, 'vendor'],
    ['text/plain', false, 'json'],
    ['text/csv', false, undefined],
    ['application/json;q=0', false, undefined],
  ])('Accept %s, writing %s: %s', (accept, writes, representation) => {
    expect(representationOf(accept, writes)).toBe(representation);
  });
});

describe('contentTypeOf', () => {
  it('is the vendor type with charset and version, or plain JSON', () => {
    expect(contentTypeOf('vendor', 'managedObject')).toBe(
      'application/vnd.com.nsn.cumulocity.managedObject+json;charset=UTF-8;ver=0.9',
    );
    expect(contentTypeOf('json', 'managedObject')).toBe('application/json;charset=UTF-8');
  });
});

describe('bodyTypeOf', () => {
  it.each([
    [undefined, {}],
    ['application/json; charset=utf-8', {}],
    ['application/vnd.com.nsn.cumulocity.managedObjectReference+json', { bodyType: 'managedObjectReference' }],
    ['application/x-www-form-urlencoded', undefined],
    ['text/plain', undefined],
  ])('%s', (contentType, type) => {
    expect(bodyTypeOf(contentType)).toEqual(type);
  });
});
