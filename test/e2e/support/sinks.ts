import type { EmbeddedCloud } from '@cirrus/local-aws';
import type { Api } from '../../../lib/changes/modes';
import { c8yClient, type Listener, subscribe } from './bayeux';
import type { ProvidedCirrus } from './cirrus';
import type { Kind, Sender } from './doors';
import { loggedEvents } from './event-log';
import type { Rest } from './rest';

/** The name each kind of object has on the bus and in channels. */
const API: Readonly<Record<Kind, Api>> = {
  measurement: 'measurements',
  event: 'events',
  alarm: 'alarms',
  'inventory change': 'managedobjects',
  operation: 'operations',
};

/** What was said, and by whom. */
export interface Said {
  readonly kind: Kind;
  readonly from: Sender;
  readonly marker: string;
}

const LISTS: Readonly<Record<Exclude<Kind, 'inventory change'>, (id: string) => readonly [string, string]>> = {
  measurement: (id) => [`/measurement/measurements?source=${id}`, 'measurements'],
  event: (id) => [`/event/events?source=${id}`, 'events'],
  alarm: (id) => [`/alarm/alarms?source=${id}`, 'alarms'],
  operation: (id) => [`/devicecontrol/operations?deviceId=${id}`, 'operations'],
};

/** Whether it can be read over REST. */
export async function isStored({ kind, from, marker }: Said, rest: Rest): Promise<boolean> {
  if (kind === 'inventory change') {
    const { body } = await rest.get(`/inventory/managedObjects/${from.id}`);
    return JSON.stringify(body).includes(marker);
  }
  const found = (await rest.list(...LISTS[kind](from.id))).find((object) => JSON.stringify(object).includes(marker));
  return found !== undefined;
}

/** Whether the rule on the event bus has caught it, with the mode it was said in. */
export function isProcessed({ kind, from, marker }: Said, cloud: EmbeddedCloud): boolean {
  return loggedEvents(cloud)
    .filter(({ source, mode }) => source === from.id && mode === from.mode)
    .flatMap(({ changes }) => changes)
    .some(({ api, object }) => api === API[kind] && JSON.stringify(object).includes(marker));
}

/** A subscriber to everything that happens in a tenant. */
export interface Subscriptions {
  /** By name of the kind of object. */
  readonly listeners: ReadonlyMap<Api, Listener>;
  /** Resolves once it is heard of. */
  waitFor(said: Said): Promise<void>;
  close(): void;
}

/** Subscribes with Cumulocity's client over one WebSocket, so that notifications come one after the other. */
export async function subscribeToAll(cirrus: ProvidedCirrus): Promise<Subscriptions> {
  const client = c8yClient(cirrus, 'websocket');
  const listeners = new Map<Api, Listener>();
  for (const api of Object.values(API)) listeners.set(api, await subscribe(client, `/${api}/*`));
  return {
    listeners,
    waitFor: async (said) => {
      await listeners
        .get(API[said.kind])
        ?.waitFor((notification) => JSON.stringify(notification).includes(said.marker));
    },
    close: () => client.realtime.disconnect(),
  };
}

/** Whether the subscriber has heard of it. */
export function isNotified({ kind, marker }: Said, { listeners }: Subscriptions): boolean {
  return (listeners.get(API[kind])?.heard ?? []).some((notification) => JSON.stringify(notification).includes(marker));
}
