import type { Change, ChangeContext } from '../../lib/changes/changes';
import { Listeners } from '../../lib/changes/listeners';
import type { RealtimeDeps } from '../../lib/notifications/bayeux/subscriber';
import { FanOut } from '../../lib/notifications/fan-out';
import { answerPoll } from '../../lib/notifications/transports/long-polling';
import { answerMessage, closeWebSocket, openWebSocket } from '../../lib/notifications/transports/web-socket';
import { Acting } from '../../lib/platform/access/acting';
import { insertUser, replaceSecret } from '../../lib/platform/access/items';
import { link } from '../../lib/platform/inventory/link-items';
import { insertObject } from '../../lib/platform/inventory/object-items';
import { FlowingClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';

export const TENANT = 't100';
export const BASE_URL = 'https://t100.example.com';
/** Objects there are: a device with a child, owned by its user; another tenant's device. */
export const DEVICE = '100';
export const CHILD = '101';
export const FOREIGN = '200';

export interface BayeuxMessage {
  readonly channel: string;
  readonly successful?: boolean;
  readonly clientId?: string;
  readonly error?: string;
  readonly id?: string | number;
  readonly subscription?: unknown;
  readonly advice?: { readonly reconnect?: string; readonly interval?: number; readonly timeout?: number };
  readonly data?: { readonly realtimeAction: string; readonly data: unknown };
}

/** A clock that moves on when somebody waits, and tells of each wait. */
class WatchedClock extends FlowingClock {
  constructor(private readonly onSleep: () => Promise<void>) {
    super();
  }

  override async sleep(ms: number): Promise<void> {
    await super.sleep(ms);
    await this.onSleep();
  }
}

/**
 * Real-time notifications on an in-memory database: clients, changes, and a clock that moves on when somebody waits.
 */
export class RealtimeWorld {
  readonly clock: FlowingClock = new WatchedClock(() => this.onSleep());
  /** Frames posted to each WebSocket. */
  readonly posted = new Map<string, string[]>();
  readonly closed: string[] = [];
  readonly gone = new Set<string>();
  readonly unreachable: unknown[] = [];
  /** Runs whenever somebody waits. */
  onSleep: () => Promise<void> = async () => undefined;
  readonly deps: RealtimeDeps;
  readonly listeners: Listeners;
  private readonly fanOut: FanOut;
  private readonly passwords = new Map<string, string>();
  private changes = 0;

  private constructor(readonly tables: Tables) {
    const { registry } = tables;
    const { clock } = this;
    const webSockets = {
      post: async (connectionId: string, text: string) => {
        if (connectionId === 'broken') throw new Error('throttled');
        if (this.gone.has(connectionId)) return 'gone' as const;
        this.posted.set(connectionId, [...(this.posted.get(connectionId) ?? []), text]);
        return 'sent' as const;
      },
      close: async (connectionId: string) => void this.closed.push(connectionId),
    };
    this.listeners = new Listeners({ registry, clock });
    this.deps = {
      registry,
      clock,
      webSockets,
      listeners: this.listeners,
      acting: new Acting({ registry, clock }),
      authenticate: async (authorization) => this.authenticate(authorization),
    };
    const onUnreachable = (error: unknown): void => void this.unreachable.push(error);
    this.fanOut = new FanOut({ registry, clock, webSockets, onUnreachable });
  }

  static async start(): Promise<RealtimeWorld> {
    const world = new RealtimeWorld(await startTables());
    const { registry } = world.tables;
    for (const [tenant, id] of [
      [TENANT, DEVICE],
      [TENANT, CHILD],
      ['t200', FOREIGN],
    ] as const) {
      await insertObject(registry, tenant, { id, owner: 'device_a', createdAt: 0, members: {}, asOf: {} });
    }
    await link(registry, TENANT, DEVICE, 'childDevices', CHILD);
    for (const user of ['admin', 'second', 'device_a', 'device_b', 'nobody']) await world.addUser(user);
    return world;
  }

  close(): Promise<void> {
    return this.tables.close();
  }

  private async addUser(userName: string): Promise<void> {
    const kind = userName.startsWith('device_') ? ('device' as const) : ('human' as const);
    const roles = kind === 'device' || userName === 'nobody' ? [] : ['admin'];
    const secret = { salt: Buffer.from(userName), hash: Buffer.from('secret') };
    await insertUser(this.tables.registry, TENANT, { userName, kind, roles, ...secret });
    this.passwords.set(userName, 'secret');
  }

  async changePassword(user: string, password: string): Promise<void> {
    this.passwords.set(user, password);
    await replaceSecret(this.tables.registry, TENANT, user, { salt: Buffer.from(user), hash: Buffer.from(password) });
  }

  private authenticate(authorization: string) {
    const [, encoded = ''] = authorization.split(' ');
    const [name = '', password] = Buffer.from(encoded, 'base64').toString().split(':');
    const user = name.replace(`${TENANT}/`, '');
    if (password === undefined || this.passwords.get(user) !== password) return undefined;
    const kind = user.startsWith('device_') ? ('device' as const) : ('human' as const);
    const roles = kind === 'device' || user === 'nobody' ? [] : (['admin'] as const);
    return { tenant: TENANT, user, kind, roles };
  }

  token(user: string, password = 'secret'): string {
    return Buffer.from(`${TENANT}/${user}:${password}`).toString('base64');
  }

  /** What a client says over its WebSocket, and the messages it gets in return. */
  async say(connectionId: string, ...messages: object[]): Promise<BayeuxMessage[]> {
    return JSON.parse(await answerMessage(this.deps, connectionId, JSON.stringify(messages)));
  }

  /** A long-polling request. */
  async poll(messages: object[] | string, options: { path?: string; method?: string; authorization?: string } = {}) {
    const { path = '/notification/realtime', method = 'POST', authorization } = options;
    const answer = await answerPoll(this.deps, {
      method,
      path,
      body: typeof messages === 'string' ? messages : JSON.stringify(messages),
      client: { baseUrl: BASE_URL, ...(authorization !== undefined && { authorization }) },
    });
    return { ...answer, messages: JSON.parse(answer.body) as BayeuxMessage[] };
  }

  /** A client on a WebSocket of its own that has shaken hands and subscribed. */
  async webSocketClient(connectionId: string, user: string, ...channels: string[]): Promise<string> {
    await openWebSocket(this.deps, { connectionId, baseUrl: BASE_URL });
    const [handshake] = await this.say(connectionId, handshakeOf(this.token(user)));
    const clientId = handshake?.clientId ?? '';
    for (const subscription of channels) {
      const [reply] = await this.say(connectionId, { channel: '/meta/subscribe', clientId, subscription });
      if (!reply?.successful) throw new Error(reply?.error);
    }
    return clientId;
  }

  /** A long-polling client that has shaken hands and subscribed. */
  async pollingClient(user: string, ...channels: string[]): Promise<string> {
    const [handshake] = (await this.poll([handshakeOf(this.token(user))])).messages;
    const clientId = handshake?.clientId ?? '';
    for (const subscription of channels) await this.poll([{ channel: '/meta/subscribe', clientId, subscription }]);
    return clientId;
  }

  connect(clientId: string, timeout = 0) {
    return this.poll([{ channel: '/meta/connect', clientId, connectionType: 'long-polling', advice: { timeout } }]);
  }

  disconnected(connectionId: string): Promise<void> {
    return closeWebSocket(this.deps, connectionId);
  }

  /** Tells the subscribers of changes; returns how many were reached. */
  change(...changes: Change[]): Promise<number> {
    const context: ChangeContext = {
      tenant: TENANT,
      mode: 'PERSISTENT',
      receivedAt: this.clock.now(),
      messageId: `message-${++this.changes}`,
    };
    return this.fanOut.deliver(context, changes);
  }

  /** The messages posted to a WebSocket, frame by frame. */
  heard(connectionId: string): BayeuxMessage[] {
    return (this.posted.get(connectionId) ?? []).flatMap((frame) => JSON.parse(frame) as BayeuxMessage[]);
  }
}

export const handshakeOf = (token: string): object => ({
  channel: '/meta/handshake',
  version: '1.0',
  id: '1',
  ext: { 'com.cumulocity.authn': { token } },
});

export const measurement = (sourceId: string, more: Change['object'] = {}): Change => ({
  api: 'measurements',
  action: 'CREATE',
  sourceId,
  object: { id: '9', type: 'T', time: '2026-01-01T00:00:00.000Z', source: { id: sourceId }, ...more },
});
