import { defined } from '../../base/defined';
import type { Principal } from '../../platform/access/credentials';
import { deleteMail, openMailbox } from '../items/mailbox-items';
import { changeSession, getSession, putSession, type Session, type SessionChange } from '../items/session-items';
import { deleteSession } from '../items/subscription-items';
import type { SubscriberIdentity } from '../items/web-socket-items';
import { CONNECT_INTERVAL_MS, GRACE_MS, LEASE_MS, MAIL_PER_ANSWER, POLL_MS, SUBSCRIPTION_MS } from '../limits';
import { CREDENTIALS_CHANGED, closedReply, closeSession } from './closing';
import {
  type BayeuxReply,
  type ClientMessage,
  CONNECTION_TYPES,
  HANDSHAKE_AGAIN,
  RETRY,
  RETRY_LATER,
  STAY_AWAY,
  UNKNOWN_CLIENT,
} from './messages';
import { identify, isPasswordCurrent, type RealtimeDeps } from './subscriber';
import { Subscriptions } from './subscriptions';

/** The client that sent a request. */
export interface Client {
  /** The address the client uses for this platform, such as `https://t100.example.com`. */
  readonly baseUrl: string;
  /** The Authorization header of the request. */
  readonly authorization?: string;
  /** The user whose Authorization header the upgrade request of the WebSocket had. */
  readonly identity?: SubscriberIdentity;
  /** The WebSocket; absent on a long-polling request. */
  readonly connectionId?: string;
}

/** The result of a request. */
export interface BayeuxAnswer {
  readonly replies: readonly BayeuxReply[];
  /** Notifications that waited for the client. Each text is a JSON array of some of them. */
  readonly mail: readonly string[];
  /** The session that the last message created or used. */
  readonly session?: Session;
  /** Set when the reply to a connect, the last of `replies`, may wait for mail. It waits at most `timeout` ms. */
  readonly poll?: { readonly session: Session; readonly timeout: number };
  /** After a connect: the time of the connect before it, in ms since the epoch; 0 when there was none. */
  readonly previousConnect?: number;
}

const CLIENT_ID_BYTES = 20;
const HANDSHAKE_DENIED = '403::Handshake denied';

/** Answers the messages of one request, in order (docs/reference/rest-api.md#bayeux-messages). */
export class Bayeux {
  private readonly replies: BayeuxReply[] = [];
  private readonly mail: string[] = [];
  /** By the Authorization header, so that a request with many messages is checked once. */
  private readonly principals = new Map<string, Promise<Principal | undefined>>();
  private session: Session | undefined;
  private subscriptions: Subscriptions | undefined;
  private poll: BayeuxAnswer['poll'];
  private previousConnect: number | undefined;

  constructor(
    private readonly deps: RealtimeDeps,
    private readonly client: Client,
  ) {}

  async answer(messages: readonly ClientMessage[]): Promise<BayeuxAnswer> {
    for (const message of messages) this.replies.push({ ...(await this.replyTo(message)), ...idOf(message) });
    const { replies, mail, session, poll, previousConnect } = this;
    return defined({ replies, mail, session, poll, previousConnect });
  }

  private async replyTo(message: ClientMessage): Promise<BayeuxReply> {
    const { channel } = message;
    if (channel === '/meta/handshake') return this.handshake(message);
    const act = ACTIONS.get(channel);
    if (act === undefined) {
      const error = channel.startsWith('/meta/')
        ? `404::Unknown channel: ${channel}`
        : `403::Publishing is not possible: ${channel}`;
      return { channel, successful: false, error };
    }
    const session = await this.sessionOf(message);
    if (session === undefined) {
      return { channel, successful: false, error: UNKNOWN_CLIENT, advice: HANDSHAKE_AGAIN };
    }
    if (session.closed !== undefined) return closedReply(session.closed, { channel });
    return act(this, session, message);
  }

  private async handshake({ channel, token }: ClientMessage): Promise<BayeuxReply> {
    const identity = await this.identity(token);
    if (identity === undefined) return { channel, successful: false, error: HANDSHAKE_DENIED, advice: STAY_AWAY };
    const { registry, clock } = this.deps;
    const { tenant, user, kind, credentials } = identity;
    const { baseUrl, connectionId } = this.client;
    const session: Session = defined({
      clientId: Buffer.from(clock.randomBytes(CLIENT_ID_BYTES)).toString('hex'),
      tenant,
      user,
      userKind: kind,
      credentials,
      baseUrl,
      connectionId,
      aliveUntil: clock.now() + GRACE_MS,
      connectedAt: 0,
      subscribedUntil: clock.now() + SUBSCRIPTION_MS,
      leasedUntil: 0,
    });
    await putSession(registry, session);
    this.use(session);
    return {
      channel,
      successful: true,
      clientId: session.clientId,
      version: '1.0',
      minimumVersion: '1.0',
      supportedConnectionTypes: CONNECTION_TYPES,
      advice: this.advice,
    };
  }

  private async identity(token: string | undefined): Promise<SubscriberIdentity | undefined> {
    const { authorization, identity } = this.client;
    const header = headerOf(token) ?? authorization;
    if (header !== undefined) {
      const found = await identify(this.deps, header, this.host);
      return found !== undefined && (await this.isFrom(found, authorization)) ? found : undefined;
    }
    return identity && (await isPasswordCurrent(this.deps.registry, identity)) ? identity : undefined;
  }

  /**
   * Whether a message that names a session comes from somebody else than the session's user. The client ID alone is
   * enough for a request without credentials. A WebSocket may have been opened as somebody else than the handshake on
   * it says.
   */
  private async isOther(session: Session, { token }: ClientMessage): Promise<boolean> {
    const { authorization, identity, connectionId } = this.client;
    for (const header of [headerOf(token), authorization]) {
      if (!(await this.isFrom(session, header))) return true;
    }
    const isShakenHere = connectionId !== undefined && session.connectionId === connectionId;
    return identity !== undefined && !isShakenHere && !isSameUser(identity, session);
  }

  /** Whether an Authorization header, if there is one, belongs to the user. */
  private async isFrom(user: User, authorization: string | undefined): Promise<boolean> {
    if (authorization === undefined) return true;
    const found = this.principals.get(authorization) ?? this.deps.authenticate(authorization, this.host);
    this.principals.set(authorization, found);
    const principal = await found;
    return principal !== undefined && isSameUser(principal, user);
  }

  private get host(): string {
    return new URL(this.client.baseUrl).hostname;
  }

  /** The session that a message names; undefined when there is none, it has expired, or it is another user's. */
  private async sessionOf(message: ClientMessage): Promise<Session | undefined> {
    const { clientId } = message;
    if (clientId === undefined || clientId === '') return undefined;
    const session = this.session?.clientId === clientId ? this.session : await this.readSession(clientId);
    if (session === undefined || (await this.isOther(session, message))) return undefined;
    if (session !== this.session) this.use(session);
    return session;
  }

  private async readSession(clientId: string): Promise<Session | undefined> {
    const { registry, clock } = this.deps;
    const { session, mail } = await openMailbox(registry, clientId, MAIL_PER_ANSWER);
    // the mailbox is so full that the page ended before the session's item: the client has not read for a while
    const found = session ?? (mail.length > 0 ? await getSession(registry, clientId) : undefined);
    return found !== undefined && found.aliveUntil > clock.now() ? found : undefined;
  }

  private use(session: Session): void {
    this.session = session;
    this.subscriptions = new Subscriptions(this.deps, session);
  }

  async subscribe(session: Session, { channel, subscriptions }: ClientMessage): Promise<BayeuxReply> {
    const subscription = only(subscriptions);
    const added = (await this.subscriptions?.add(subscriptions)) ?? { ok: false, error: UNKNOWN_CLIENT };
    if (!added.ok) return { channel, successful: false, subscription, error: added.error };
    await this.lease(session);
    return { channel, successful: true, clientId: session.clientId, subscription };
  }

  async unsubscribe(session: Session, { channel, subscriptions }: ClientMessage): Promise<BayeuxReply> {
    await this.subscriptions?.remove(subscriptions);
    return { channel, successful: true, clientId: session.clientId, subscription: only(subscriptions) };
  }

  async connect(session: Session, { channel, timeout = POLL_MS }: ClientMessage): Promise<BayeuxReply> {
    const { registry } = this.deps;
    if (!(await isPasswordCurrent(registry, session))) {
      await closeSession({ ...this.deps, webSockets: SILENT }, session, CREDENTIALS_CHANGED);
      return closedReply(CREDENTIALS_CHANGED, { channel });
    }
    this.previousConnect = session.connectedAt;
    await this.lease(session);
    const connected = await this.stayAlive(session);
    if (connected === undefined) return { channel, successful: false, error: UNKNOWN_CLIENT, advice: HANDSHAKE_AGAIN };
    await this.fetchMail(session.clientId);
    if (this.client.connectionId === undefined && this.mail.length === 0) {
      this.poll = { session: connected, timeout: Math.max(0, Math.min(timeout, POLL_MS)) };
    }
    return { channel, successful: true, clientId: session.clientId, advice: this.advice };
  }

  async disconnect(session: Session, { channel }: ClientMessage): Promise<BayeuxReply> {
    await deleteSession(this.deps.registry, session.tenant, session.clientId);
    this.session = undefined;
    return { channel, successful: true, clientId: session.clientId };
  }

  /** Records the connect and how the client is reached from now on. Renews subscriptions that end soon. */
  private async stayAlive(session: Session): Promise<Session | undefined> {
    const { registry, clock } = this.deps;
    const { connectionId, baseUrl } = this.client;
    const now = clock.now();
    const ends = session.subscribedUntil - now < SUBSCRIPTION_MS / 2;
    if (ends) await this.subscriptions?.renew();
    const change: SessionChange = defined({
      aliveUntil: now + GRACE_MS + (connectionId === undefined ? POLL_MS : CONNECT_INTERVAL_MS),
      connectedAt: now,
      baseUrl,
      connectionId: connectionId ?? null,
      poll: connectionId === undefined ? Buffer.from(clock.randomBytes(6)).toString('hex') : undefined,
      subscribedUntil: ends ? now + SUBSCRIPTION_MS : undefined,
    });
    return changeSession(registry, session.clientId, change);
  }

  /** Records for some minutes that the tenant has a listener. */
  private async lease(session: Session): Promise<void> {
    const now = this.deps.clock.now();
    if (session.leasedUntil - now > LEASE_MS / 2) return;
    const leasedUntil = now + LEASE_MS;
    await this.deps.listeners.notifyUntil(session.tenant, leasedUntil);
    const { clientId } = session;
    this.session = (await changeSession(this.deps.registry, clientId, { leasedUntil })) ?? { ...session, leasedUntil };
  }

  /**
   * Takes what waits in the mailbox. The session must say before how the client is reached, because later notifications
   * would go to a mailbox that nobody opens.
   */
  private async fetchMail(clientId: string): Promise<void> {
    const { registry } = this.deps;
    const { mail } = await openMailbox(registry, clientId, MAIL_PER_ANSWER);
    if (mail.length === 0) return;
    this.mail.push(...mail.map(({ messages }) => messages));
    await deleteMail(registry, clientId, mail);
  }

  private get advice() {
    return this.client.connectionId === undefined ? RETRY : RETRY_LATER;
  }
}

type Action = (bayeux: Bayeux, session: Session, message: ClientMessage) => Promise<BayeuxReply>;

/** A map, because a client chooses the name: an object would also answer to `constructor`. */
const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['/meta/subscribe', (bayeux, session, message) => bayeux.subscribe(session, message)],
  ['/meta/unsubscribe', (bayeux, session, message) => bayeux.unsubscribe(session, message)],
  ['/meta/connect', (bayeux, session, message) => bayeux.connect(session, message)],
  ['/meta/disconnect', (bayeux, session, message) => bayeux.disconnect(session, message)],
]);

/** Posts nothing, because the client hears of the closed session in the reply. */
const SILENT = { post: async () => 'gone' as const, close: async () => undefined };

type User = Pick<Session, 'tenant' | 'user'>;
const isSameUser = (a: User, b: User): boolean => a.tenant === b.tenant && a.user === b.user;
const headerOf = (token: string | undefined): string | undefined =>
  token === undefined || token === '' ? undefined : `Basic ${token}`;
const idOf = ({ id }: ClientMessage): Pick<BayeuxReply, 'id'> => (id === undefined ? {} : { id });
/** One name as a text and several as a list, as the client sent them. */
const only = (names: readonly string[]): string | readonly string[] => (names.length === 1 ? (names[0] ?? '') : names);
