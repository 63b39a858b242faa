import type { ReaderFault } from '../../base/reader';
import { CHILD_KINDS } from '../../platform/inventory/link-items';
import type { Route } from '../router';

/** The query parameters of a route. A parameter that is in no list is ignored, as Cumulocity ignores it. */
export interface RouteParameters {
  /** The route reads these. */
  readonly done?: readonly string[];
  /**
   * Cumulocity documents these and the route lacks them. They are refused by name, because an answer that ignores a
   * filter is wrong. `flag`: only when it is on.
   */
  readonly lacking?: Readonly<Record<string, 'text' | 'flag'>>;
  /** Cumulocity documents these, and the answer is right without them. With the reason. */
  readonly harmless?: Readonly<Record<string, string>>;
}

const PAGE = ['pageSize', 'currentPage', 'withTotalPages', 'withTotalElements'];
const DATES = ['dateFrom', 'dateTo'];
const CREATED = ['createdFrom', 'createdTo'];
const UPDATED = ['lastUpdatedFrom', 'lastUpdatedTo'];
const SOURCES_BELOW = { withSourceAssets: 'flag', withSourceDevices: 'flag' } as const;
const OBJECTS = ['type', 'fragmentType', 'owner', 'ids', 'text'];
const OBJECTS_LACKING = {
  query: 'text',
  q: 'text',
  childDeviceId: 'text',
  childAssetId: 'text',
  childAdditionId: 'text',
  onlyRoots: 'flag',
} as const;
const SHOWN_LACKING = { withParents: 'flag', withChildrenCount: 'flag' } as const;
const NO_NAMES = { skipChildrenNames: 'references to children show no names' };
const ALARMS = ['source', 'type', 'status', 'severity', 'resolved', ...DATES, ...CREATED, ...UPDATED];
const MEASUREMENTS = ['source', 'type', 'valueFragmentType', 'valueFragmentSeries', ...DATES];
const EVENTS = ['source', 'type', 'fragmentType', ...DATES];
const OPERATIONS = ['deviceId', 'agentId', 'status', 'fragmentType', ...DATES];

/**
 * The query parameters of every route that has some, by method and pattern. docs/rest.md#query-parameters shows it; a
 * test compares it with what the routes read.
 */
export const QUERY_PARAMETERS: Readonly<Record<string, RouteParameters>> = {
  'GET /tenant/currentTenant': { harmless: { withParent: 'no tenant has a parent here' } },
  'GET /inventory/managedObjects': {
    done: [...OBJECTS, 'withChildren', ...PAGE],
    lacking: { ...OBJECTS_LACKING, ...SHOWN_LACKING, withGroups: 'flag' },
    harmless: NO_NAMES,
  },
  'GET /inventory/managedObjects/count': { done: OBJECTS, lacking: OBJECTS_LACKING },
  'GET /inventory/managedObjects/:id': { done: ['withChildren'], lacking: SHOWN_LACKING, harmless: NO_NAMES },
  'DELETE /inventory/managedObjects/:id': { done: ['cascade', 'forceCascade', 'withDeviceUser'] },
  ...Object.fromEntries(
    CHILD_KINDS.map((kind) => [
      `GET /inventory/managedObjects/:id/${kind}`,
      { done: PAGE, lacking: { query: 'text', withChildren: 'flag', withChildrenCount: 'flag' } as const },
    ]),
  ),
  'GET /measurement/measurements': { done: [...MEASUREMENTS, 'revert', ...PAGE] },
  'DELETE /measurement/measurements': { done: [...MEASUREMENTS, 'fragmentType'] },
  'GET /measurement/measurements/series': { done: ['source', ...DATES, 'series', 'aggregationType', 'revert'] },
  'GET /event/events': {
    done: [...EVENTS, 'revert', ...PAGE],
    lacking: {
      fragmentValue: 'text',
      createdFrom: 'text',
      createdTo: 'text',
      lastUpdatedFrom: 'text',
      lastUpdatedTo: 'text',
      ...SOURCES_BELOW,
    },
  },
  'DELETE /event/events': { done: EVENTS, lacking: { createdFrom: 'text', createdTo: 'text' } },
  'GET /alarm/alarms': { done: [...ALARMS, ...PAGE], lacking: SOURCES_BELOW },
  'PUT /alarm/alarms': { done: ALARMS, lacking: SOURCES_BELOW },
  'GET /alarm/alarms/count': { done: ALARMS, lacking: SOURCES_BELOW },
  'GET /devicecontrol/operations': { done: [...OPERATIONS, 'revert', ...PAGE], lacking: { bulkOperationId: 'text' } },
  'DELETE /devicecontrol/operations': { done: OPERATIONS },
};

/** The name of a route in the table, such as `GET /inventory/managedObjects/:id`. */
export const routeName = ({ method, segments }: Route): string => `${method} /${segments.join('/')}`;

/** What a request asks for that its route lacks. A parameter without a value asks for nothing, a flag for `true`. */
export function lackingParameters(route: Route, query: URLSearchParams): readonly ReaderFault[] {
  const lacking = new Map(Object.entries(QUERY_PARAMETERS[routeName(route)]?.lacking ?? {}));
  const asked = [...query].filter(([name, value]) => {
    const kind = lacking.get(name);
    return kind === 'flag' ? value.toLowerCase() !== 'false' : kind === 'text' && value !== '';
  });
  return [...new Set(asked.map(([name]) => name))].map((name) => ({ name, expected: 'is not supported yet' }));
}
