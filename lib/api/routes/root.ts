import type { JsonObject } from '../../base/json';
import { ok } from '../../base/result';
import type { RequestContext, RouteAnswer } from '../request';
import { type Route, route } from '../router';

/** Where a client finds the URLs of the APIs. */
export const rootRoutes: readonly Route[] = [route('GET', '/platform', 'anyone', platformLinks)];

/** The link templates of each collection: the end of their name, and their query parameters. */
const TEMPLATES = {
  managedObjects: { ForType: ['type'], ForFragmentType: ['fragmentType'], ForListOfIds: ['ids'] },
  measurements: { ForSource: ['source'], ForSourceAndDate: ['source', 'dateFrom', 'dateTo'] },
  events: { ForSource: ['source'], ForSourceAndType: ['source', 'type'] },
  alarms: { ForSource: ['source'], ForStatus: ['status'] },
  operations: {
    ByAgentId: ['agentId'],
    ByAgentIdAndStatus: ['agentId', 'status'],
    ByDeviceId: ['deviceId'],
    ByStatus: ['status'],
  },
} as const;

/** The links a client may start from (docs/reference/rest-api.md#links-to-start-from). */
async function platformLinks({ request: { baseUrl } }: RequestContext): Promise<RouteAnswer> {
  const body: JsonObject = {
    self: `${baseUrl}/platform`,
    inventory: apiLinks(`${baseUrl}/inventory`, 'managedObjects'),
    identity: {
      self: `${baseUrl}/identity`,
      externalId: `${baseUrl}/identity/externalIds/{type}/{externalId}`,
      externalIdsOfGlobalId: `${baseUrl}/identity/globalIds/{globalId}/externalIds`,
    },
    measurement: apiLinks(`${baseUrl}/measurement`, 'measurements'),
    event: apiLinks(`${baseUrl}/event`, 'events'),
    alarm: apiLinks(`${baseUrl}/alarm`, 'alarms'),
    deviceControl: apiLinks(`${baseUrl}/devicecontrol`, 'operations'),
    tenant: { self: `${baseUrl}/tenant` },
    user: {
      self: `${baseUrl}/user`,
      currentUser: `${baseUrl}/user/currentUser`,
      users: `${baseUrl}/user/{realm}/users`,
    },
  };
  return ok({ status: 200, bodyType: 'platformApi', body });
}

function apiLinks(api: string, collection: keyof typeof TEMPLATES): JsonObject {
  const self = `${api}/${collection}`;
  const templates = Object.entries(TEMPLATES[collection]).map(([suffix, parameters]) => [
    `${collection}${suffix}`,
    `${self}?${parameters.map((name: string) => `${name}={${name}}`).join('&')}`,
  ]);
  return { self: api, [collection]: { self }, ...Object.fromEntries(templates) };
}
