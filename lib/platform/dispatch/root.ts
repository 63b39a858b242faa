import type { JsonObject } from '../../config/json';
import { ok } from '../../config/result';
import type { Answer, RequestContext } from './request';
import { type Route, route } from './routes';

export const rootRoutes: readonly Route[] = [route('GET', '/platform', 'anyone', platformLinks)];

/** The links a client may start from (rest-api section 4). */
async function platformLinks({ request: { baseUrl } }: RequestContext): Promise<Answer> {
  const inventory = `${baseUrl}/inventory/managedObjects`;
  const measurements = `${baseUrl}/measurement/measurements`;
  const events = `${baseUrl}/event/events`;
  const alarms = `${baseUrl}/alarm/alarms`;
  const operations = `${baseUrl}/devicecontrol/operations`;
  const body: JsonObject = {
    self: `${baseUrl}/platform`,
    inventory: {
      self: `${baseUrl}/inventory`,
      managedObjects: { self: inventory },
      managedObjectsForType: `${inventory}?type={type}`,
      managedObjectsForFragmentType: `${inventory}?fragmentType={fragmentType}`,
      managedObjectsForListOfIds: `${inventory}?ids={ids}`,
    },
    identity: {
      self: `${baseUrl}/identity`,
      externalId: `${baseUrl}/identity/externalIds/{type}/{externalId}`,
      externalIdsOfGlobalId: `${baseUrl}/identity/globalIds/{globalId}/externalIds`,
    },
    measurement: {
      self: `${baseUrl}/measurement`,
      measurements: { self: measurements },
      measurementsForSource: `${measurements}?source={source}`,
      measurementsForSourceAndDate: `${measurements}?source={source}&dateFrom={dateFrom}&dateTo={dateTo}`,
    },
    event: {
      self: `${baseUrl}/event`,
      events: { self: events },
      eventsForSource: `${events}?source={source}`,
      eventsForSourceAndType: `${events}?source={source}&type={type}`,
    },
    alarm: {
      self: `${baseUrl}/alarm`,
      alarms: { self: alarms },
      alarmsForSource: `${alarms}?source={source}`,
      alarmsForStatus: `${alarms}?status={status}`,
    },
    deviceControl: {
      self: `${baseUrl}/devicecontrol`,
      operations: { self: operations },
      operationsByAgentId: `${operations}?agentId={agentId}`,
      operationsByAgentIdAndStatus: `${operations}?agentId={agentId}&status={status}`,
      operationsByDeviceId: `${operations}?deviceId={deviceId}`,
      operationsByStatus: `${operations}?status={status}`,
    },
    tenant: { self: `${baseUrl}/tenant` },
    user: {
      self: `${baseUrl}/user`,
      currentUser: `${baseUrl}/user/currentUser`,
      users: `${baseUrl}/user/{realm}/users`,
    },
  };
  return ok({ status: 200, bodyType: 'platformApi', body });
}
