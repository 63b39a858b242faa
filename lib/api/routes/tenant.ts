import { fail, ok } from '../../base/result';
import { notFound } from '../../platform/refusal';
import type { RequestContext, RouteAnswer } from '../request';
import { type Route, route } from '../router';

/** The tenant of the user, and the version of the platform. */
export const tenantRoutes: readonly Route[] = [
  route('GET', '/tenant/currentTenant', 'anyone', currentTenant),
  route('GET', '/tenant/system/options/system/version', 'anyone', systemVersion),
];

/** Clients log in with this call and take `name` as the tenant's id (docs/reference/rest-api.md#the-current-tenant). */
async function currentTenant({ request, call, platform }: RequestContext): Promise<RouteAnswer> {
  const tenant = await platform.tenants.get(call.origin.tenant);
  if (tenant === undefined) return fail(notFound('tenant', call.origin.tenant));
  return ok({
    status: 200,
    bodyType: 'currentTenant',
    body: {
      name: tenant.id,
      domainName: tenant.domain,
      allowCreateTenants: false,
      customProperties: {},
      applications: { references: [] },
      self: `${request.baseUrl}/tenant/currentTenant`,
    },
  });
}

async function systemVersion({ request, platform }: RequestContext): Promise<RouteAnswer> {
  return ok({
    status: 200,
    bodyType: 'option',
    body: {
      category: 'system',
      key: 'version',
      value: platform.platformVersion,
      self: `${request.baseUrl}/tenant/system/options/system/version`,
    },
  });
}
