import type { Change } from '../../changes/changes';
import type { Api } from '../../changes/modes';

/** A channel somebody can subscribe to (docs/reference/rest-api.md#channels). */
export type Channel =
  /** `/measurements/<id>` or `/measurements/*`; without `id` every object's. */
  | { readonly kind: 'objects'; readonly api: Api; readonly id?: string }
  /** `/alarmsWithChildren/<id>`: of an object and everything below it. */
  | { readonly kind: 'withChildren'; readonly api: 'alarms' | 'events'; readonly id: string }
  /** `/<agentId>`: operations of an agent, for itself and its children. */
  | { readonly kind: 'agent'; readonly id: string };

const CHANNEL =
  /^\/(?:(?<agent>\d{1,20})|(?<tree>alarms|events)WithChildren\/(?<root>\d{1,20})|(?<api>measurements|events|alarms|managedobjects|operations)\/(?<id>\d{1,20}|\*))$/;

/** Reads a channel's name; undefined for what is none, another tenant's and Bayeux's wildcards included. */
export function parseChannel(name: string): Channel | undefined {
  const { agent, tree, root, api, id } = CHANNEL.exec(name)?.groups ?? {};
  if (agent !== undefined) return { kind: 'agent', id: agent };
  if (tree !== undefined && root !== undefined) return { kind: 'withChildren', api: treeApi(tree), id: root };
  if (api === undefined || id === undefined) return undefined;
  return { kind: 'objects', api: api as Api, ...(id !== '*' && { id }) };
}

const treeApi = (name: string): 'alarms' | 'events' => (name === 'alarms' ? 'alarms' : 'events');

/** Where subscribers of a channel are kept: the partition that a change looks into, and the member's first part in it. */
export interface Place {
  readonly partition: string;
  readonly prefix: string;
}

/**
 * Channels with children share one partition per API: a change reads all of its subscriptions at once, and only when
 * there are some looks up its source's ancestors.
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

export const treePartition = (api: 'alarms' | 'events'): string => `${api}WithChildren`;

/** The channels a change is heard on whatever the hierarchy, with the partitions of their subscribers. */
export function channelsOf({ api, sourceId, object }: Change): readonly { channel: string; partition: string }[] {
  const { agentId } = object;
  return [
    { channel: `/${api}/${sourceId}`, partition: `${api}/${sourceId}` },
    // subscribed as /…/*, delivered with the name of the one channel, as Cumulocity does
    { channel: `/${api}/${sourceId}`, partition: `${api}/*` },
    ...(api === 'operations' && typeof agentId === 'string'
      ? [{ channel: `/${agentId}`, partition: `agent/${agentId}` }]
      : []),
  ];
}
