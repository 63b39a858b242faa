import * as z from 'zod/mini';
import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { DEVICE_USER_PREFIX, type Principal, type Role, type User } from '../../platform/access/credentials';
import { notFound, type Refusal } from '../../platform/refusal';
import { FORBIDDEN } from '../access';
import { objectBody, parseMembers } from '../body';
import type { PlatformRequest, RequestContext, RouteAnswer } from '../request';
import { type Route, route } from '../router';
import { userUrl } from '../views/links';

/**
 * Users (docs/reference/rest-api.md#people-and-device-users). People have global roles. Device users have a name that
 * begins with `device_`.
 */
export const userRoutes: readonly Route[] = [
  route('GET', '/user/currentUser', 'anyone', currentUser),
  route('POST', '/user/:tenant/users', 'admin', create),
  route('GET', '/user/:tenant/users/:user', 'admin', read),
];

/** Cumulocity's names of the global roles, and what they may do here. */
const GROUPS: readonly { readonly id: number; readonly name: string; readonly role: Role }[] = [
  { id: 1, name: 'admins', role: 'admin' },
  { id: 2, name: 'readers', role: 'reader' },
  { id: 3, name: 'business', role: 'deviceManager' },
];

/** Clients look for roles by name, such as `ROLE_ALARM_READ`. These are the middle parts of the names. */
const APIS = ['ALARM', 'DEVICE_CONTROL', 'EVENT', 'IDENTITY', 'INVENTORY', 'MEASUREMENT', 'USER_MANAGEMENT'] as const;

const filled = z.string('must be a text').check(z.minLength(1, 'must not be empty'));
const newUser = z.object({
  userName: filled,
  password: filled,
  groups: z.optional(
    z.object({
      references: z.array(
        z.object({
          group: z.object({
            name: z.enum(['admins', 'readers', 'business'], 'must be admins, readers or business'),
          }),
        }),
      ),
    }),
  ),
});

async function currentUser({ request, principal }: RequestContext): Promise<RouteAnswer> {
  const { tenant, user } = principal;
  const body: JsonObject = {
    ...shown(request, tenant, { userName: user, kind: principal.kind, roles: principal.roles }),
    self: `${request.baseUrl}/user/currentUser`,
    effectiveRoles: effectiveRoles(principal).map((id) => ({
      id,
      name: id,
      self: `${request.baseUrl}/user/roles/${id}`,
    })),
    devicePermissions: {},
  };
  return ok({ status: 200, bodyType: 'currentUser', body });
}

function effectiveRoles({ kind, roles }: Principal): string[] {
  if (kind === 'device') return ['ROLE_DEVICE'];
  const rightsOn = (api: (typeof APIS)[number]): readonly string[] => {
    if (roles.includes('admin')) return ['READ', 'ADMIN'];
    if (roles.includes('deviceManager') && api !== 'USER_MANAGEMENT') return ['READ', 'ADMIN'];
    return roles.length > 0 ? ['READ'] : [];
  };
  const all = APIS.flatMap((api) => rightsOn(api).map((right) => `ROLE_${api}_${right}`));
  return [...all, 'ROLE_USER_MANAGEMENT_OWN_READ'];
}

async function create(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const { request, platform } = context;
  const tenant = ownTenant(context, param('tenant'));
  if (!tenant.ok) return tenant;
  const body = objectBody(request.body, 'user');
  if (!body.ok) return body;
  const given = parseMembers(newUser, body.value, 'user');
  if (!given.ok) return given;
  const { userName, password, groups } = given.value;
  const names = groups?.references.map((reference) => reference.group.name) ?? [];
  const created = await platform.credentials.createUser(tenant.value, {
    userName,
    password,
    kind: userName.startsWith(DEVICE_USER_PREFIX) ? 'device' : 'human',
    roles: GROUPS.filter((group) => names.some((name) => name === group.name)).map((group) => group.role),
  });
  if (!created.ok) return created;
  return ok({
    status: 201,
    bodyType: 'user',
    body: shown(request, tenant.value, created.value),
    location: userUrl(request, tenant.value, userName),
  });
}

async function read(context: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const tenant = ownTenant(context, param('tenant'));
  if (!tenant.ok) return tenant;
  const found = await context.platform.credentials.user(tenant.value, param('user'));
  if (found === undefined) return fail(notFound('user', param('user')));
  return ok({ status: 200, bodyType: 'user', body: shown(context.request, tenant.value, found) });
}

/** Nobody sees another tenant's users, whatever the path says. */
function ownTenant({ call }: RequestContext, tenant: string): Result<string, Refusal> {
  return tenant === call.origin.tenant ? ok(tenant) : fail(FORBIDDEN);
}

function shown(request: PlatformRequest, tenant: string, user: Pick<User, 'userName' | 'kind' | 'roles'>): JsonObject {
  const { userName, roles } = user;
  const self = userUrl(request, tenant, userName);
  return {
    id: userName,
    userName,
    self,
    enabled: true,
    customProperties: {},
    groups: {
      references: GROUPS.filter((group) => roles.includes(group.role)).map(({ id, name }) => ({ group: { id, name } })),
      self: `${self}/groups`,
    },
    roles: { references: [], self: `${self}/roles` },
  };
}
