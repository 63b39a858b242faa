import type { Method, PlatformRequest, PlatformResponse } from './request';

/** What is read of a request: `method` is undefined for a word that is none. */
type PublicRequest = Pick<PlatformRequest, 'path' | 'baseUrl'> & { readonly method: Method | undefined };

const LOGIN_OPTIONS = /^\/+tenant\/+loginOptions\/*$/;

/**
 * Answers the requests that need no authentication: only the question how to log in
 * (docs/reference/rest-api.md#login-options). Undefined for every other request.
 */
export function dispatchPublic({ method, path, baseUrl }: PublicRequest): PlatformResponse | undefined {
  if (method !== 'GET' || !LOGIN_OPTIONS.test(path)) return undefined;
  const self = `${baseUrl}/tenant/loginOptions`;
  return {
    status: 200,
    bodyType: 'loginOptionCollection',
    body: { self, loginOptions: [{ id: 'basic', type: 'BASIC', self: `${self}/basic` }] },
  };
}
