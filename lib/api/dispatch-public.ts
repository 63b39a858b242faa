import type { PlatformRequest, PlatformResponse } from './request';

/**
 * Answers the requests that need no authentication: only the question how to log in
 * (docs/reference/rest-api.md#login-options). Undefined for every other request.
 */
export function dispatchPublic({ method, path, baseUrl }: PlatformRequest): PlatformResponse | undefined {
  if (method !== 'GET' || path !== '/tenant/loginOptions') return undefined;
  const self = `${baseUrl}/tenant/loginOptions`;
  return {
    status: 200,
    bodyType: 'loginOptionCollection',
    body: { self, loginOptions: [{ id: 'basic', type: 'BASIC', self: `${self}/basic` }] },
  };
}
