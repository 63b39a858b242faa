import type { Target, World } from './route-world';

/** A request of a test, without the user who sends it. */
export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Whether it names the target, so that it has to be refused when the target is foreign. */
  readonly isTargeted: boolean;
}

/** The rest of a request to a route: path, and body if it has one. */
type Rest = readonly [path: string, body?: unknown];
interface Requests {
  /** About the target. */
  readonly about?: (target: Target, own: Target) => readonly Rest[];
  /** About nothing, or about a list that may turn out empty. */
  readonly open?: (target: Target) => readonly Rest[];
}

let words = 0;
const fresh = (): string => `word-${++words}`;
const time = '2026-02-03T04:05:06Z';
const alarm = ({ id }: Target) => ({ source: { id }, type: fresh(), text: 'x', severity: 'MINOR', time });
const event = ({ id }: Target) => ({ source: { id }, type: fresh(), text: 'x', time });
const measurement = ({ id }: Target) => ({ source: { id }, type: fresh(), time, acme: { T: { value: 2 } } });
const reference = (id: string) => ({ managedObject: { id } });

const OBJECTS = '/inventory/managedObjects';
const READINGS = 'dateFrom=2020-01-01&dateTo=2030-01-01';

/** Routes of the children of one kind. */
const children = (kind: string): Record<string, Requests> => ({
  [`GET ${OBJECTS}/:id/${kind}`]: { about: ({ id }) => [[`${OBJECTS}/${id}/${kind}`]] },
  [`POST ${OBJECTS}/:id/${kind}`]: {
    about: ({ id }, own) => [
      [`${OBJECTS}/${id}/${kind}`, reference(own.attached)],
      [`${OBJECTS}/${id}/${kind}`, { references: [reference(own.attached)] }],
      [`${OBJECTS}/${id}/${kind}`, { name: fresh() }],
      [`${OBJECTS}/${own.id}/${kind}`, reference(id)],
      [`${OBJECTS}/${own.id}/${kind}`, { references: [reference(own.attached), reference(id)] }],
    ],
  },
  [`DELETE ${OBJECTS}/:id/${kind}`]: {
    about: ({ id, attached }) => [[`${OBJECTS}/${id}/${kind}`, { references: [reference(attached)] }]],
  },
  [`GET ${OBJECTS}/:id/${kind}/:child`]: { about: ({ id, attached }) => [[`${OBJECTS}/${id}/${kind}/${attached}`]] },
  [`DELETE ${OBJECTS}/:id/${kind}/:child`]: { about: ({ id, attached }) => [[`${OBJECTS}/${id}/${kind}/${attached}`]] },
});

/** What is sent to each route. The names are those of the route table. */
const REQUESTS: Readonly<Record<string, Requests>> = {
  'GET /platform': { open: () => [['/platform']] },
  'GET /tenant/currentTenant': { open: () => [['/tenant/currentTenant']] },
  'GET /tenant/system/options/system/version': { open: () => [['/tenant/system/options/system/version']] },
  'GET /user/currentUser': { open: () => [['/user/currentUser']] },
  'POST /user/:tenant/users': {
    about: ({ tenant }) => [[`/user/${tenant}/users`, { userName: `device_${fresh()}`, password: 'a-long-password' }]],
  },
  'GET /user/:tenant/users/:user': { about: ({ tenant }) => [[`/user/${tenant}/users/admin`]] },

  'GET /cirrus/deviceClaims/:identifier': { about: ({ serial }) => [[`/cirrus/deviceClaims/${serial}`]] },
  'DELETE /cirrus/deviceClaims/:identifier': { about: ({ serial }) => [[`/cirrus/deviceClaims/${serial}`]] },

  [`GET ${OBJECTS}`]: {
    open: ({ id, serial }) => [
      [`${OBJECTS}?ids=${id}&withChildren=true`],
      [`${OBJECTS}?text=${serial}`],
      [`${OBJECTS}?fragmentType=secret&pageSize=100`],
    ],
  },
  [`POST ${OBJECTS}`]: { open: () => [[OBJECTS, { name: fresh(), owner: 'device_valve' }]] },
  [`GET ${OBJECTS}/count`]: { open: ({ id }) => [[`${OBJECTS}/count?ids=${id}`]] },
  [`GET ${OBJECTS}/:id`]: { about: ({ id }) => [[`${OBJECTS}/${id}`]] },
  [`PUT ${OBJECTS}/:id`]: {
    about: ({ id }) => [
      [`${OBJECTS}/${id}`, { name: fresh(), acme_Taken: {}, owner: 'device_pump' }],
      [`${OBJECTS}/${id}`, {}],
    ],
  },
  [`DELETE ${OBJECTS}/:id`]: { about: ({ id }) => [[`${OBJECTS}/${id}`], [`${OBJECTS}/${id}?cascade=true`]] },
  ...children('childDevices'),
  ...children('childAssets'),
  ...children('childAdditions'),

  'GET /identity/globalIds/:id/externalIds': { about: ({ id }) => [[`/identity/globalIds/${id}/externalIds`]] },
  'POST /identity/globalIds/:id/externalIds': {
    about: ({ id }) =>
      ['c8y_Serial', 'acme_Name'].map((type) => [
        `/identity/globalIds/${id}/externalIds`,
        { type, externalId: fresh() },
      ]),
  },
  'GET /identity/externalIds/:type/:externalId+': {
    about: ({ serial }) => [[`/identity/externalIds/c8y_Serial/${serial}`]],
  },
  'DELETE /identity/externalIds/:type/:externalId+': {
    about: ({ serial }) => [[`/identity/externalIds/acme_Name/${serial}`]],
  },

  'GET /measurement/measurements': { about: ({ id }) => [[`/measurement/measurements?source=${id}`]] },
  'POST /measurement/measurements': {
    about: (target, own) => [
      ['/measurement/measurements', measurement(target)],
      ['/measurement/measurements', { measurements: [measurement(own), measurement(target)] }],
    ],
  },
  'DELETE /measurement/measurements': { about: ({ id }) => [[`/measurement/measurements?source=${id}`]] },
  'GET /measurement/measurements/:id': { about: (target) => [[`/measurement/measurements/${target.measurement}`]] },
  'DELETE /measurement/measurements/:id': { about: (target) => [[`/measurement/measurements/${target.measurement}`]] },
  'GET /measurement/measurements/series': {
    about: ({ id }) => [[`/measurement/measurements/series?source=${id}&${READINGS}`]],
  },

  'GET /event/events': { about: ({ id }) => [[`/event/events?source=${id}`]] },
  'POST /event/events': { about: (target) => [['/event/events', event(target)]] },
  'DELETE /event/events': { about: ({ id }) => [[`/event/events?source=${id}`]] },
  'GET /event/events/:id': { about: (target) => [[`/event/events/${target.event}`]] },
  'PUT /event/events/:id': { about: (target) => [[`/event/events/${target.event}`, { text: fresh() }]] },
  'DELETE /event/events/:id': { about: (target) => [[`/event/events/${target.event}`]] },

  'GET /alarm/alarms': { about: ({ id }) => [[`/alarm/alarms?source=${id}`]] },
  'POST /alarm/alarms': { about: (target) => [['/alarm/alarms', alarm(target)]] },
  'PUT /alarm/alarms': { about: ({ id }) => [[`/alarm/alarms?source=${id}`, { status: 'CLEARED' }]] },
  'GET /alarm/alarms/count': { about: ({ id }) => [[`/alarm/alarms/count?source=${id}`]] },
  'GET /alarm/alarms/:id': { about: (target) => [[`/alarm/alarms/${target.alarm}`]] },
  'PUT /alarm/alarms/:id': { about: (target) => [[`/alarm/alarms/${target.alarm}`, { status: 'ACKNOWLEDGED' }]] },

  'GET /devicecontrol/operations': {
    about: ({ id }) => [[`/devicecontrol/operations?deviceId=${id}`], [`/devicecontrol/operations?agentId=${id}`]],
  },
  'POST /devicecontrol/operations': { about: ({ id }) => [['/devicecontrol/operations', { deviceId: id, acme: {} }]] },
  'DELETE /devicecontrol/operations': { about: ({ id }) => [[`/devicecontrol/operations?deviceId=${id}`]] },
  'GET /devicecontrol/operations/:id': { about: ({ operation }) => [[`/devicecontrol/operations/${operation}`]] },
  'PUT /devicecontrol/operations/:id': {
    about: ({ operation }) => [[`/devicecontrol/operations/${operation}`, { status: 'EXECUTING' }]],
  },
};

/** The names of the routes that something is sent to. */
export const ROUTES_WITH_REQUESTS: readonly string[] = Object.keys(REQUESTS);

/** All requests to a route that are about a target. */
export function requestsOf(route: string, { own: [first] }: World, target: Target): readonly RouteRequest[] {
  const requests = REQUESTS[route];
  if (requests === undefined || first === undefined) throw new Error(`no requests to ${route}`);
  const [method = ''] = route.split(' ');
  const made = (rests: readonly Rest[] | undefined, isTargeted: boolean): RouteRequest[] =>
    (rests ?? []).map(([path, body]) => ({ method, path, body, isTargeted }));
  return [...made(requests.about?.(target, first), true), ...made(requests.open?.(target), false)];
}
