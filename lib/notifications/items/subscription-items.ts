import {
  channelPartition,
  channelSubscriptionKey,
  ownSubscriptionKey,
  sessionKey,
  sessionPartition,
} from '../../storage/keys';
import type { Item, Table } from '../../storage/table';
import { mailKeys } from './mailbox-items';
import { ttlOf } from './session-items';

/** One subscription, as its session and its channel keep it. */
export interface Subscription {
  readonly clientId: string;
  readonly user: string;
  /** The channel's name. */
  readonly channel: string;
  /** The partition its subscribers are kept in, and where in it. */
  readonly partition: string;
  readonly prefix: string;
  /** ms since the epoch. */
  readonly since: number;
  readonly until: number;
}

const memberOf = ({ prefix, clientId }: Pick<Subscription, 'prefix' | 'clientId'>): string => `${prefix}${clientId}`;

/** Writes subscriptions in both places; again, with a later end, is no harm. */
export async function putSubscriptions(
  registry: Table,
  tenant: string,
  subscriptions: readonly Subscription[],
): Promise<void> {
  await registry.batchWrite(
    subscriptions.flatMap((subscription) => {
      const item = { ...subscription, ttl: ttlOf(subscription.until) };
      return [
        // the session's own first: what is only there is found when the session ends
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

/** What a session subscribed to. */
export async function subscriptionsOf(registry: Table, clientId: string): Promise<Subscription[]> {
  const where = {
    text: 'pk = :pk AND begins_with(sk, :prefix)',
    values: { ':pk': sessionPartition(clientId), ':prefix': 'SUB#' },
  };
  return collect(registry.queryAll({ where }));
}

/** Who listens to a channel of a tenant now. */
export async function subscribersOf(
  registry: Table,
  tenant: string,
  partition: string,
  now: number,
): Promise<Subscription[]> {
  const where = { text: 'pk = :pk', values: { ':pk': channelPartition(tenant, partition) } };
  const all = await collect(registry.queryAll({ where }));
  return all.filter(({ until }) => until > now);
}

/** Forgets a session: its subscriptions, its mail and itself. Again is no harm. */
export async function deleteSession(registry: Table, tenant: string, clientId: string): Promise<void> {
  await deleteSubscriptions(registry, tenant, await subscriptionsOf(registry, clientId));
  await registry.batchWrite([], [...(await mailKeys(registry, clientId)), sessionKey(clientId)]);
}

async function collect(items: AsyncGenerator<Item>): Promise<Subscription[]> {
  const found: Subscription[] = [];
  for await (const item of items) found.push(subscriptionOf(item));
  return found;
}

function subscriptionOf(item: Item): Subscription {
  const { clientId, user, channel, partition, prefix } = item;
  return { clientId, user, channel, partition, prefix, since: Number(item.since), until: Number(item.until) };
}
