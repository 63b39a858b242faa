import { describe, expect, it } from 'vitest';
import { baseUrlOf } from '../../lib/http/base-url';
import { bodyTypeOf, contentTypeOf, representationOf } from '../../lib/http/media-type';
import { modeOf } from '../../lib/http/mode';

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

describe('baseUrlOf', () => {
  const base = (headers: Record<string, string>) =>
    baseUrlOf(new URL('http://127.0.0.1:8080/platform'), (name) => headers[name]);

  it('is the address the client used', () => {
    expect(base({})).toBe('http://127.0.0.1:8080');
    expect(base({ host: 'localhost:8080' })).toBe('http://localhost:8080');
    expect(base({ host: 'a.example.com', 'x-forwarded-proto': 'https' })).toBe('https://a.example.com');
    expect(base({ host: 'a.example.com', forwarded: 'for=1.2.3.4;host=a.example.com;proto=https' })).toBe(
      'https://a.example.com',
    );
    expect(base({ host: 'internal', 'x-forwarded-host': 'b.example.com' })).toBe('http://b.example.com');
  });

  it('ignores nonsense', () => {
    expect(base({ 'x-forwarded-proto': 'javascript', 'x-forwarded-host': 'a/b"<' })).toBe('http://127.0.0.1:8080');
  });
});

describe('modeOf', () => {
  it('reads the header where something changes', () => {
    expect(modeOf('POST', undefined)).toEqual({ ok: true, value: 'PERSISTENT' });
    expect(modeOf('POST', 'transient')).toEqual({ ok: true, value: 'TRANSIENT' });
    expect(modeOf('GET', 'nonsense')).toEqual({ ok: true, value: 'PERSISTENT' });
    expect(modeOf('PUT', 'nonsense')).toMatchObject({ ok: false, error: { kind: 'badRequest' } });
  });
});
