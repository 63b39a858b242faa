import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { challenge, parseBasic } from '../../lib/http/basic-auth';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('parseBasic', () => {
  it.each([
    ['t100/admin:secret', { tenant: 't100', user: 'admin', password: 'secret' }],
    ['admin:secret', { user: 'admin', password: 'secret' }],
    ['t100/device_pump:a:b/c', { tenant: 't100', user: 'device_pump', password: 'a:b/c' }],
    ['t100/a/b:p', { tenant: 't100', user: 'a/b', password: 'p' }],
    ['müller:größe', { user: 'müller', password: 'größe' }],
    ['admin:', { user: 'admin', password: '' }],
  ])('reads %s', (text, credentials) => {
    expect(parseBasic(basic(text))).toEqual(credentials);
  });

  it.each([
    '',
    'Basic',
    'Basic ???',
    'Bearer abc',
    basic('nocolon'),
    basic(':password'),
    basic('/user:p'),
    basic('t/:p'),
  ])('refuses %s', (header) => {
    expect(parseBasic(header)).toBeUndefined();
  });

  it('gives back what a client put in', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[:/]/.test(text));
    fc.assert(
      fc.property(name, name, fc.string({ unit: 'grapheme' }), (tenant, user, password) => {
        expect(parseBasic(basic(`${tenant}/${user}:${password}`))).toEqual({ tenant, user, password });
      }),
    );
  });

  it('survives any header', () => {
    fc.assert(fc.property(fc.string(), (header) => void parseBasic(`Basic ${header}`)));
  });
});

describe('challenge', () => {
  it('does not make a browser ask where the client says so', () => {
    expect(challenge(undefined)).toMatch(/^Basic /);
    expect(challenge('false')).toMatch(/^Basic /);
    expect(challenge('true')).toMatch(/^XBASIC /);
  });
});
