import { fail, ok } from '../../base/result';
import type { Refusal } from '../../platform/refusal';
import { noContent, type RequestContext, type RouteAnswer } from '../request';
import { type Route, route } from '../router';

/**
 * Who holds a device identifier (docs/rest.md#device-claims). Cumulocity has no such call, because there client IDs
 * belong to one tenant.
 */
export const claimRoutes: readonly Route[] = [
  route('GET', '/cirrus/deviceClaims/:identifier', 'admin', read),
  route('DELETE', '/cirrus/deviceClaims/:identifier', 'admin', release),
];

async function read(
  { call, platform, request }: RequestContext,
  param: (name: string) => string,
): Promise<RouteAnswer> {
  const identifier = param('identifier');
  const held = await platform.identifiers.holder(call.origin.tenant, identifier);
  if (held === undefined) return unclaimed(identifier);
  const self = `${request.baseUrl}/cirrus/deviceClaims/${encodeURIComponent(identifier)}`;
  const { user, kind } = held;
  return ok({ status: 200, body: { identifier, user, heldBy: kind === 'device' ? 'DEVICE' : 'PERSON', self } });
}

async function release({ call, platform }: RequestContext, param: (name: string) => string): Promise<RouteAnswer> {
  const identifier = param('identifier');
  const released = await platform.identifiers.release(call.origin.tenant, identifier);
  return released ? noContent(ok(undefined)) : unclaimed(identifier);
}

const unclaimed = (identifier: string) => fail<Refusal>({ kind: 'notFound', reason: 'unclaimed', identifier });
