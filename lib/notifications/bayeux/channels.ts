import type { Change } from '../../changes/changes';
import type { Api } from '../../changes/modes';

/** A channel somebody can subscribe to (docs/reference/rest-api.md#channels). */
export type Channel =
  /** `/measurements/<id>`, or `/measurements/*` for all objects, which has no `id`. */
  | { readonly kind: 'objects'; readonly api: Api; readonly id?: string }
  /** `/alarmsWithChildren/<id>`: alarms of an object and of everything below it. */
  | { readonly kind: 'withChildren'; readonly api: 'alarms' | 'events'; readonly id: string }
  /** `/<agentId>`: operations of an agent and of its children. */
  | { readonly kind: 'agent'; readonly id: string };

const CHANNEL =
  /^\/(?:(?<agent>\d{1,20})|(?<tree>alarms|events)WithChildren\/(?<root>\d{1,20})|(?<api>measurements|events|alarms|managedobjects|operations)\/(?<id>\d{1,20}|\*))$/;

/**
 * Reads the name of a channel. Undefined for every other name, also for a channel of another tenant and for Bayeux's
 * own wildcards.
 */
export function parseChannel(name: string): Channel | undefined {
  const { agent, tree, root, api, id } = CHANNEL.exec(name)?.groups ?? {};
  if (agent !== undefined) return { kind: 'agent', id: agent };
  if (tree !== undefined && root !== undefined) return { kind: 'withChildren', api: treeApi(tree), id: root };
  if (api === undefined || id === undefined) return undefined;
  return { kind: 'objects', api: api as Api, ...(id !== '*' && { id }) };
}

const treeApi = (name: string): 'alarms' | 'events' => (name === 'alarms' ? 'alarms' : 'events');

/** Where subscriptions of a channel are stored: their partition, and the beginning of their key in it. */
export interface Place {
  readonly partition: string;
  readonly prefix: string;
}

/**
 * The place of a channel's subscriptions. All channels with children share one partition per API. So a change reads
 * their subscriptions at once, and looks up the ancestors of its source only when there are some.
 */
export function placeOf(channel: Channel): Place {
  switch (channel.kind) {
    case 'objects':
      return { partition: `${channel.api}/${channel.id ?? '*'}`, prefix: '' };
    case 'withChildren':
      return { partition: treePartition(channel.api), prefix: `${channel.id}/` };
    case 'agent':
      return { partition: `agent/${channel.id}`, prefix: '' };
  }
}

/** The partition of the channels with children. */
export const treePartition = (api: 'alarms' | 'events'): string => `${api}WithChildren`;

/** The channels of a change that do not depend on the hierarchy, with the partitions of their subscriptions. */
export function channelsOf({ api, sourceId, object }: Change): readonly { channel: string; partition: string }[] {
  const { agentId } = object;
  return [
    { channel: `/${api}/${sourceId}`, partition: `${api}/${sourceId}` },
    // a subscriber of /measurements/* gets the name of the object's channel, as in Cumulocity
    { channel: `/${api}/${sourceId}`, partition: `${api}/*` },
    ...(api === 'operations' && typeof agentId === 'string'
      ? [{ channel: `/${agentId}`, partition: `agent/${agentId}` }]
      : []),
  ];
}
