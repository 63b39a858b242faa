import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Method } from '../../lib/api/request';
import { matchRoute, type Route, route } from '../../lib/api/router';
import { ok } from '../../lib/base/result';

const answer = async () => ok({ status: 200 });
const named = (method: Method, pattern: string): Route => route(method, pattern, 'anyone', answer);
const routes = [
  named('GET', '/inventory/managedObjects'),
  named('POST', '/inventory/managedObjects'),
  named('GET', '/inventory/managedObjects/:id'),
  named('PUT', '/inventory/managedObjects/:id'),
  named('GET', '/inventory/managedObjects/count'),
  named('GET', '/identity/externalIds/:type/:externalId+'),
];

function found(method: Method, path: string) {
  const match = matchRoute(routes, method, path);
  if (match.kind !== 'found') throw new Error(`no route: ${match.kind}`);
  return { pattern: `/${match.route.segments.join('/')}`, params: match.params };
}

describe('matchRoute', () => {
  it('takes path parameters out, decoded', () => {
    expect(found('GET', '/inventory/managedObjects/4711')).toEqual({
      pattern: '/inventory/managedObjects/:id',
      params: { id: '4711' },
    });
    expect(found('GET', '/identity/externalIds/c8y_Serial/pump%3A7741')).toMatchObject({
      params: { type: 'c8y_Serial', externalId: 'pump:7741' },
    });
  });

  it.each([
    ['/identity/externalIds/c8y_Serial/a%2Fb', 'a/b'],
    ['/identity/externalIds/c8y_Serial/a/b', 'a/b'],
    ['/identity/externalIds/c8y_Serial/50%', '50%'],
  ])('finds the external id in %s whether or not a gateway decoded it', (path, externalId) => {
    expect(found('GET', path).params).toEqual({ type: 'c8y_Serial', externalId });
  });

  it('prefers a literal segment to a parameter', () => {
    expect(found('GET', '/inventory/managedObjects/count').pattern).toBe('/inventory/managedObjects/count');
  });

  it('allows a slash at the end', () => {
    expect(found('GET', '/inventory/managedObjects/').pattern).toBe('/inventory/managedObjects');
  });

  it.each([
    ['//inventory///managedObjects//4711//', '/inventory/managedObjects/:id', { id: '4711' }],
    ['//identity//externalIds/c8y_Serial/a//b', '/identity/externalIds/:type/:externalId+', { externalId: 'a//b' }],
    ['/identity/externalIds/c8y_Serial//b', '/identity/externalIds/:type/:externalId+', { externalId: '/b' }],
  ])('takes several slashes in %s for one, but not within an external id', (path, pattern, params) => {
    expect(found('GET', path)).toMatchObject({ pattern, params });
  });

  it('names the methods a known path has', () => {
    expect(matchRoute(routes, 'DELETE', '/inventory/managedObjects')).toEqual({
      kind: 'otherMethods',
      allow: ['GET', 'POST'],
    });
    expect(matchRoute(routes, 'PUT', '/inventory/managedObjects/count')).toEqual({
      kind: 'otherMethods',
      allow: ['GET'],
    });
  });

  it.each(['/', '', '/inventory', '/inventory/managedObjects/1/2', '/identity/externalIds/c8y_Serial', '/x//y'])(
    'knows no %s',
    (path) => {
      expect(matchRoute(routes, 'GET', path)).toEqual({ kind: 'unknownPath' });
    },
  );

  it('gives back any id it was asked for', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (id) => {
        const encoded = encodeURIComponent(id);
        fc.pre(encoded !== 'count');
        expect(found('PUT', `/inventory/managedObjects/${encoded}`).params).toEqual({ id });
      }),
    );
  });
});
