import type { PlatformRequest, PlatformResponse } from './request';

/**
 * What is answered before anybody has said who they are: how one can log in (docs/reference/rest-api.md#login-options).
 * Undefined for everything else.
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
