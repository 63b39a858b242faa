import { inPartition, withPrefix } from '../../storage/key-conditions';
import {
  channelPartition,
  channelSubscriptionKey,
  ownSubscriptionKey,
  sessionKey,
  sessionPartition,
} from '../../storage/keys';
import { collect } from '../../storage/pages';
import type { Item, Table } from '../../storage/table';
import { mailKeys } from './mailbox-items';
import { ttlOf } from './session-items';

/** One subscription. It is stored twice: with its session and with its channel. */
export interface Subscription {
  readonly clientId: string;
  readonly user: string;
  /** The channel's name. */
  readonly channel: string;
  /** The partition of the channel's subscriptions, and the beginning of the key in it (`placeOf`). */
  readonly partition: string;
  readonly prefix: string;
  /** Beginning and end, ms since the epoch. */
  readonly since: number;
  readonly until: number;
}

const memberOf = ({ prefix, clientId }: Pick<Subscription, 'prefix' | 'clientId'>): string => `${prefix}${clientId}`;

/** Writes subscriptions in both places. Writing one again renews it. */
export async function putSubscriptions(
  registry: Table,
  tenant: string,
  subscriptions: readonly Subscription[],
): Promise<void> {
  await registry.batchWrite(
    subscriptions.flatMap((subscription) => {
      const item = { ...subscription, ttl: ttlOf(subscription.until) };
      return [
        // the session's copy comes first: if only this one was written, the end of the session removes it
        { ...ownSubscriptionKey(subscription.clientId, subscription.channel), ...item },
        { ...channelSubscriptionKey(tenant, subscription.partition, memberOf(subscription)), ...item },
      ];
    }),
  );
}

export async function deleteSubscriptions(
  registry: Table,
  tenant: string,
  subscriptions: readonly Subscription[],
): Promise<void> {
  await registry.batchWrite(
    [],
    subscriptions.flatMap((subscription) => [
      channelSubscriptionKey(tenant, subscription.partition, memberOf(subscription)),
      ownSubscriptionKey(subscription.clientId, subscription.channel),
    ]),
  );
}

/** All subscriptions of a session. */
export async function subscriptionsOf(registry: Table, clientId: string): Promise<Subscription[]> {
  const items = await collect(registry.queryAll({ where: withPrefix(sessionPartition(clientId), 'SUB#') }));
  return items.map(subscriptionOf);
}

/** The subscriptions in a partition that have not ended. `now` is ms since the epoch. */
export async function subscribersOf(
  registry: Table,
  tenant: string,
  partition: string,
  now: number,
): Promise<Subscription[]> {
  const items = await collect(registry.queryAll({ where: inPartition(channelPartition(tenant, partition)) }));
  return items.map(subscriptionOf).filter(({ until }) => until > now);
}

/** Deletes a session with its subscriptions and its mail. Deleting it again does no harm. */
export async function deleteSession(registry: Table, tenant: string, clientId: string): Promise<void> {
  await deleteSubscriptions(registry, tenant, await subscriptionsOf(registry, clientId));
  await registry.batchWrite([], [...(await mailKeys(registry, clientId)), sessionKey(clientId)]);
}

function subscriptionOf(item: Item): Subscription {
  const { clientId, user, channel, partition, prefix } = item;
  return { clientId, user, channel, partition, prefix, since: Number(item.since), until: Number(item.until) };
}
