import { fail, ok, type Result } from '../../base/result';
import { getObject } from '../../platform/inventory/object-items';
import { getSessions, type Session } from '../items/session-items';
import {
  deleteSubscriptions,
  putSubscriptions,
  type Subscription,
  subscribersOf,
  subscriptionsOf,
} from '../items/subscription-items';
import { CONNECTIONS_PER_USER_AND_CHANNEL, SUBSCRIPTION_MS, SUBSCRIPTIONS_PER_SESSION } from '../limits';
import { type Channel, parseChannel, placeOf } from './channels';
import { closeSession, TOO_MANY_CONNECTIONS } from './closing';
import type { RealtimeDeps } from './subscriber';

/** The subscriptions of one session. They are read at most once per request. */
export class Subscriptions {
  private known: Map<string, Subscription> | undefined;

  constructor(
    private readonly deps: Pick<RealtimeDeps, 'registry' | 'clock' | 'webSockets' | 'acting'>,
    private readonly session: Session,
  ) {}

  /** Subscribes to all of the channels or to none. The error names a channel that is refused, and the reason. */
  async add(names: readonly string[]): Promise<Result<void, string>> {
    if (names.length === 0) return fail('403::No subscription given');
    const known = await this.read();
    const wanted = [...new Set(names)].filter((name) => !known.has(name));
    if (known.size + wanted.length > SUBSCRIPTIONS_PER_SESSION) {
      return fail(`403::Too many subscriptions: the limit is ${SUBSCRIPTIONS_PER_SESSION} for a client`);
    }
    const added: Subscription[] = [];
    for (const name of wanted) {
      const channel = parseChannel(name);
      if (channel === undefined) return fail(`403::Subscription denied: ${name} is no channel`);
      if (!(await this.mayHear(channel))) return fail(`403::Subscription denied: ${name}`);
      added.push(this.subscriptionTo(name, channel));
    }
    await putSubscriptions(this.deps.registry, this.session.tenant, added);
    for (const subscription of added) {
      known.set(subscription.channel, subscription);
      await this.makeRoom(subscription);
    }
    return ok(undefined);
  }

  async remove(names: readonly string[]): Promise<void> {
    const known = await this.read();
    const gone = names.flatMap((name) => known.get(name) ?? []);
    await deleteSubscriptions(this.deps.registry, this.session.tenant, gone);
    for (const { channel } of gone) known.delete(channel);
  }

  /** Lets all subscriptions last longer. */
  async renew(): Promise<void> {
    const until = this.deps.clock.now() + SUBSCRIPTION_MS;
    const all = [...(await this.read()).values()].map((subscription) => ({ ...subscription, until }));
    await putSubscriptions(this.deps.registry, this.session.tenant, all);
  }

  private async read(): Promise<Map<string, Subscription>> {
    if (this.known === undefined) {
      const all = await subscriptionsOf(this.deps.registry, this.session.clientId);
      this.known = new Map(all.map((subscription) => [subscription.channel, subscription]));
    }
    return this.known;
  }

  private subscriptionTo(name: string, channel: Channel): Subscription {
    const { clientId, user } = this.session;
    const since = this.deps.clock.now();
    return { clientId, user, channel: name, ...placeOf(channel), since, until: since + SUBSCRIPTION_MS };
  }

  /**
   * Whether the user may listen to a channel: to an object that the user may act on. Only people may listen to all
   * objects of the tenant.
   */
  private async mayHear(channel: Channel): Promise<boolean> {
    const { tenant, user, userKind } = this.session;
    if (channel.id === undefined) return userKind === 'human';
    const object = await getObject(this.deps.registry, tenant, channel.id);
    return object !== undefined && this.deps.acting.mayActOn(tenant, { kind: userKind, user }, object);
  }

  /** Closes the user's oldest sessions on a channel that has too many of them. */
  private async makeRoom({ partition, channel, user }: Subscription): Promise<void> {
    const { registry, clock } = this.deps;
    const all = await subscribersOf(registry, this.session.tenant, partition, clock.now());
    const own = all.filter((other) => other.user === user && other.channel === channel);
    if (own.length <= CONNECTIONS_PER_USER_AND_CHANNEL) return;
    const others = own.filter(({ clientId }) => clientId !== this.session.clientId).sort((a, b) => a.since - b.since);
    const surplus = others.slice(0, own.length - CONNECTIONS_PER_USER_AND_CHANNEL);
    const sessions = await getSessions(
      registry,
      surplus.map(({ clientId }) => clientId),
    );
    for (const session of sessions) await closeSession(this.deps, session, TOO_MANY_CONNECTIONS);
    const left = surplus.filter(({ clientId }) => !sessions.some((session) => session.clientId === clientId));
    await deleteSubscriptions(registry, this.session.tenant, left);
  }
}
