import type { Clock } from '../base/clock';
import { Lru } from '../base/lru';
import type { Change, ChangeContext } from '../changes/changes';
import { parentsOf } from '../platform/inventory/link-items';
import type { Table } from '../storage/table';
import { channelsOf, treePartition } from './bayeux/channels';
import { CREDENTIALS_CHANGED, closeSession } from './bayeux/closing';
import { isPasswordCurrent, type WebSockets } from './bayeux/subscriber';
import { type Mail, putMail } from './items/mailbox-items';
import { changeSession, getSessions, type Session } from './items/session-items';
import { deleteSession, type Subscription, subscribersOf } from './items/subscription-items';
import { GRACE_MS, MAIL_MS } from './limits';
import { framesOf, notificationText } from './notification';

/** What the fan-out works with. */
export interface FanOutDeps {
  readonly registry: Table;
  readonly clock: Clock;
  readonly webSockets: WebSockets;
  /** Called for a subscriber that could not be reached. The other subscribers get their messages. */
  onUnreachable(error: unknown, clientId: string): void;
}

/** One notification for one subscriber. */
interface Delivery {
  readonly channel: string;
  readonly change: Change;
  readonly id: string;
}

const SUBSCRIBERS_AT_ONCE = 32;
const ANCESTORS_AT_MOST = 1_000;
/** How long a password that was checked counts as unchanged. */
const TRUSTED = { capacity: 10_000, ttlMs: 60_000 } as const;

/** Sends changes to the subscribers of a tenant. One per function instance. */
export class FanOut {
  private readonly trusted: Lru<boolean>;

  constructor(private readonly deps: FanOutDeps) {
    this.trusted = new Lru(deps.clock, TRUSTED);
  }

  /** Sends the changes of one message. Returns how many subscribers got something. */
  async deliver(context: ChangeContext, changes: readonly Change[]): Promise<number> {
    const { registry, clock } = this.deps;
    const deliveries = await this.deliveriesOf(context, changes);
    if (deliveries.size === 0) return 0;
    const sessions = new Map(
      (await getSessions(registry, [...deliveries.keys()])).map((session) => [session.clientId, session]),
    );
    let reached = 0;
    await atOnce(SUBSCRIBERS_AT_ONCE, [...deliveries], async ([clientId, own]) => {
      const session = sessions.get(clientId);
      try {
        if (session === undefined || session.aliveUntil <= clock.now()) {
          return await deleteSession(registry, context.tenant, clientId);
        }
        if (session.closed === undefined && (await this.send(session, context, own))) reached++;
      } catch (error) {
        this.deps.onUnreachable(error, clientId);
      }
    });
    return reached;
  }

  /** The notifications of each client, in the order of the changes. A change comes once per channel name. */
  private async deliveriesOf(context: ChangeContext, changes: readonly Change[]): Promise<Map<string, Delivery[]>> {
    const { tenant, messageId } = context;
    const subscribers = new Subscribers(this.deps, tenant);
    const perClient = new Map<string, Map<string, Delivery>>();
    for (const [index, change] of changes.entries()) {
      for (const { channel, subscription } of await subscribers.listeningTo(change)) {
        const own = perClient.get(subscription.clientId) ?? new Map<string, Delivery>();
        own.set(`${index} ${channel}`, { channel, change, id: `${messageId}-${index}` });
        perClient.set(subscription.clientId, own);
      }
    }
    return new Map([...perClient].map(([clientId, own]) => [clientId, [...own.values()]]));
  }

  /** Sends notifications to a client or puts them into its mailbox. False when the client was not reached. */
  private async send(session: Session, context: ChangeContext, deliveries: readonly Delivery[]): Promise<boolean> {
    const { registry, clock } = this.deps;
    if (!(await this.isTrusted(session))) {
      await closeSession(this.deps, session, CREDENTIALS_CHANGED);
      return false;
    }
    const { clientId, connectionId, baseUrl } = session;
    const texts = deliveries.map(({ channel, change, id }) => notificationText(change, { channel, baseUrl, id }));
    const frames = framesOf(texts);
    if (connectionId !== undefined) {
      const left = await this.post(connectionId, frames);
      if (left.length === 0) return true;
      // the client may connect again soon, so what it missed waits in its mailbox
      const gone = { connectionId: null, aliveUntil: clock.now() + GRACE_MS };
      const now = await changeSession(registry, clientId, gone, connectionId);
      if (now === undefined) return false;
      await putMail(registry, this.mailOf(clientId, context, left));
      return false;
    }
    await putMail(registry, this.mailOf(clientId, context, frames));
    return true;
  }

  /** Posts frames until the connection turns out to be gone. Returns the frames that were not sent. */
  private async post(connectionId: string, frames: readonly string[]): Promise<readonly string[]> {
    for (const [index, frame] of frames.entries()) {
      if ((await this.deps.webSockets.post(connectionId, frame)) === 'gone') return frames.slice(index);
    }
    return [];
  }

  private mailOf(clientId: string, { receivedAt, messageId }: ChangeContext, frames: readonly string[]): Mail[] {
    const until = this.deps.clock.now() + MAIL_MS;
    const time = String(receivedAt).padStart(13, '0');
    return frames.map((messages, index) => ({
      clientId,
      order: `${time}#${messageId}#${String(index).padStart(4, '0')}`,
      messages,
      until,
    }));
  }

  private async isTrusted(session: Session): Promise<boolean> {
    const { tenant, user, credentials } = session;
    const name = JSON.stringify([tenant, user, credentials]);
    if (this.trusted.get(name)) return true;
    const current = await isPasswordCurrent(this.deps.registry, session);
    if (current) this.trusted.set(name, true);
    return current;
  }
}

/** Finds the subscribers of the changes of one message. Reads each partition and each hierarchy once. */
class Subscribers {
  private readonly partitions = new Map<string, Promise<readonly Subscription[]>>();
  private readonly ancestries = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(
    private readonly deps: Pick<FanOutDeps, 'registry' | 'clock'>,
    private readonly tenant: string,
  ) {}

  async listeningTo(change: Change): Promise<{ readonly channel: string; readonly subscription: Subscription }[]> {
    const direct = channelsOf(change).map(async ({ channel, partition }) =>
      (await this.in(partition)).map((subscription) => ({ channel, subscription })),
    );
    return (await Promise.all([...direct, this.inTrees(change)])).flat();
  }

  private async inTrees({ api, sourceId }: Change) {
    if (api !== 'alarms' && api !== 'events') return [];
    const subscriptions = await this.in(treePartition(api));
    if (subscriptions.length === 0) return [];
    const ancestry = await this.ancestryOf(sourceId);
    return subscriptions
      .filter(({ prefix }) => ancestry.has(prefix.slice(0, -1)))
      .map((subscription) => ({ channel: subscription.channel, subscription }));
  }

  private in(partition: string): Promise<readonly Subscription[]> {
    const { registry, clock } = this.deps;
    const found = this.partitions.get(partition) ?? subscribersOf(registry, this.tenant, partition, clock.now());
    this.partitions.set(partition, found);
    return found;
  }

  private ancestryOf(id: string): Promise<ReadonlySet<string>> {
    const found = this.ancestries.get(id) ?? this.climb(id);
    this.ancestries.set(id, found);
    return found;
  }

  /** The object and everything above it. */
  private async climb(id: string): Promise<ReadonlySet<string>> {
    const seen = new Set([id]);
    for (const at of seen) {
      for await (const parent of parentsOf(this.deps.registry, this.tenant, at)) seen.add(parent.id);
      if (seen.size > ANCESTORS_AT_MOST) break;
    }
    return seen;
  }
}

async function atOnce<T>(limit: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const item of waiting) await work(item);
  });
  await Promise.all(workers);
}
