import { defined } from '../../base/defined';
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

/** Who is at the other end of a request. */
export interface Client {
  /** What it calls this platform: `https://t100.example.com`. */
  readonly baseUrl: string;
  /** The Authorization header of a request that has one. */
  readonly authorization?: string;
  /** Whose upgrade request a WebSocket came with, where that was said. */
  readonly identity?: SubscriberIdentity;
  /** The WebSocket; absent on a long-polling request. */
  readonly connectionId?: string;
}

/** What came of a request. */
export interface BayeuxAnswer {
  readonly replies: readonly BayeuxReply[];
  /** JSON texts of arrays of notifications that waited for the client. */
  readonly mail: readonly string[];
  /** The session that shook hands or was used last. */
  readonly session?: Session;
  /** A connect that may wait: its reply is the last, and is not to be given before something has come. */
  readonly poll?: { readonly session: Session; readonly timeout: number };
  /** With a connect: when the one before was, ms since the epoch; 0 for the first. */
  readonly previousConnect?: number;
}

const CLIENT_ID_BYTES = 20;
const HANDSHAKE_DENIED = '403::Handshake denied';

/** Answers the messages of one request, in order (docs/reference/rest-api.md#bayeux-messages); one per request. */
export class Bayeux {
  private readonly replies: BayeuxReply[] = [];
  private readonly mail: string[] = [];
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
    const session = await this.sessionOf(message.clientId);
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
    const { authorization, identity, baseUrl } = this.client;
    const header = token === undefined || token === '' ? authorization : `Basic ${token}`;
    if (header !== undefined) return identify(this.deps, header, new URL(baseUrl).hostname);
    return identity && (await isPasswordCurrent(this.deps.registry, identity)) ? identity : undefined;
  }

  /** The session, read once per request with the mail it has; an expired one is none. */
  private async sessionOf(clientId: string | undefined): Promise<Session | undefined> {
    if (clientId === undefined || clientId === '') return undefined;
    if (this.session?.clientId === clientId) return this.session;
    const { registry, clock } = this.deps;
    const { session, mail } = await openMailbox(registry, clientId, MAIL_PER_ANSWER);
    // a mailbox so full that the session was not in the same page is of a client that stopped reading
    const found = session ?? (mail.length > 0 ? await getSession(registry, clientId) : undefined);
    if (found === undefined || found.aliveUntil <= clock.now()) return undefined;
    this.use(found);
    return found;
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

  /** Notes the connect and where the client is reached from now on; renews subscriptions that end soon. */
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

  /** The tenant has a listener. */
  private async lease(session: Session): Promise<void> {
    const now = this.deps.clock.now();
    if (session.leasedUntil - now > LEASE_MS / 2) return;
    const leasedUntil = now + LEASE_MS;
    await this.deps.listeners.notifyUntil(session.tenant, leasedUntil);
    const { clientId } = session;
    this.session = (await changeSession(this.deps.registry, clientId, { leasedUntil })) ?? { ...session, leasedUntil };
  }

  /** After the session says where it is reached, so that no notification is written to a mailbox nobody opens. */
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

/** The reply itself tells the client; nothing is posted beside it. */
const SILENT = { post: async () => 'gone' as const, close: async () => undefined };

const idOf = ({ id }: ClientMessage): Pick<BayeuxReply, 'id'> => (id === undefined ? {} : { id });
/** Spelled as the client did: one name, or several. */
const only = (names: readonly string[]): string | readonly string[] => (names.length === 1 ? (names[0] ?? '') : names);
