import type { Readable } from 'node:stream';
import { Aedes, type AedesPublishPacket, type Client, type ConnectPacket, type PublishPacket } from 'aedes';
import type { Connection } from '../connections/connection';
import { effectiveKeepAlive } from '../connections/keep-alive';
import { IOT_LIMITS } from '../limits';
import { matchesFilter } from '../topics/topics';
import { AwsTopicEmitter } from './aws-topic-emitter';
import type { BrokerHooks, MqttBroker, Publication, RefusalCode } from './broker-adapter';

/** Parts of aedes 1.2 that its type declarations leave out. */
interface AedesInternals {
  readonly persistence: {
    subscriptionsByTopic(topic: string): Promise<{ topic: string; clientId: string; qos: number }[]>;
    subscriptionsByClient(client: { id: string }): Promise<unknown[]>;
    cleanSubscriptions(client: { id: string }): Promise<unknown>;
    createRetainedStreamCombi(filters: string[]): Readable;
  };
}
interface ClientInternals {
  _nextId: number;
  _keepaliveTimer: NodeJS.Timeout | null;
}

const MAX_MESSAGE_ID = 65_535;
/** aedes closes a client with more packets queued before its CONNACK; an authorizer may take seconds. */
const QUEUE_LIMIT = 1000;
/** Less than the shortest keep-alive. */
const HELD_INTERVAL_MS = 10_000;

/**
 * aedes as an `MqttBroker`. It sees no QoS 2 and no packet that is too long, because the gate in front keeps them away.
 */
export class AedesBroker implements MqttBroker {
  private readonly connections = new WeakMap<object, Connection>();
  private readonly clients = new WeakMap<Connection, Client>();
  private readonly packets = new WeakMap<Client, ConnectPacket>();
  /** How many publishes of a client wait for their PUBACK. */
  private readonly held = new Map<Client, number>();
  private heldTimer: NodeJS.Timeout | undefined;

  private readonly aedes = new Aedes({
    mq: new AwsTopicEmitter(),
    maxClientsIdLength: IOT_LIMITS.clientIdBytes,
    queueLimit: QUEUE_LIMIT,
  });

  constructor(private readonly hooks: BrokerHooks) {
    this.handleConnections();
    this.handleMessages();
    this.followSubscriptions();
  }

  async start(): Promise<void> {
    await this.aedes.listen();
    followAwsTopicRules(internals(this.aedes).persistence);
    this.heldTimer = setInterval(() => this.keepHeldAlive(), HELD_INTERVAL_MS).unref();
  }

  attach(connection: Connection): void {
    this.connections.set(connection.gate, connection);
    this.clients.set(connection, this.aedes.handle(connection.gate));
  }

  publish({ topic, payload, qos, retain }: Publication): void {
    this.aedes.publish({ cmd: 'publish', topic, payload, qos: qos === 1 ? 1 : 0, retain, dup: false }, () => {});
  }

  nextMessageId(connection: Connection): number {
    const client = this.clients.get(connection);
    if (client === undefined) throw new Error('the connection is not attached');
    // aedes and direct messages share its counter, because each waits for a PUBACK with its own number
    const counter = client as unknown as ClientInternals;
    const id = counter._nextId;
    counter._nextId = id >= MAX_MESSAGE_ID ? 1 : id + 1;
    return id;
  }

  async hasSession(clientId: string): Promise<boolean> {
    return (await internals(this.aedes).persistence.subscriptionsByClient({ id: clientId })).length > 0;
  }

  async forgetSession(clientId: string): Promise<void> {
    await internals(this.aedes).persistence.cleanSubscriptions({ id: clientId });
  }

  close(): Promise<void> {
    clearInterval(this.heldTimer);
    return new Promise((resolve) => this.aedes.close(resolve));
  }

  private handleConnections(): void {
    this.aedes.preConnect = (client, packet, done) => {
      packet.keepalive = effectiveKeepAlive(packet.keepalive ?? 0);
      this.packets.set(client, packet);
      done(null, true);
    };
    this.aedes.authenticate = (client, username, password, done) => {
      this.authenticate(client, username, password).then(
        (verdict) => (verdict === 'accept' ? done(null, true) : done(refusal(verdict), false)),
        () => done(refusal(3), false),
      );
    };
    this.aedes.on('connackSent', ({ returnCode }, client) => {
      const connection = this.of(client);
      if (connection === undefined) return;
      if (returnCode === 1) this.hooks.protocolRefused(connection);
      if (returnCode === 0 && !connection.closed) this.hooks.connected(connection);
    });
    this.aedes.on('keepaliveTimeout', (client) => this.with(client, (c) => this.hooks.keepAliveTimeout(c)));
    this.aedes.on('clientError', (client, error) =>
      this.with(client, (c) => {
        // an error of the socket itself has a code; every other one is a fault of the client
        if (!('code' in error)) c.explain('CLIENT_ERROR', error.message);
      }),
    );
  }

  private async authenticate(client: Client, username?: string, password?: Buffer): Promise<'accept' | RefusalCode> {
    const connection = this.of(client);
    const packet = this.packets.get(client);
    if (connection === undefined || packet === undefined) return 3;
    this.packets.delete(client);
    const { will } = packet;
    return this.hooks.authenticate(connection, {
      clientId: packet.clientId,
      ...(username !== undefined && username !== null && { username }),
      ...(password !== undefined && password !== null && { password }),
      cleanSession: packet.clean ?? false,
      keepAlive: packet.keepalive ?? 0,
      ...(will !== undefined && { will: { topic: will.topic, qos: will.qos ?? 0, retain: will.retain ?? false } }),
    });
  }

  private handleMessages(): void {
    this.aedes.authorizePublish = (client, packet, done) => {
      const connection = client === null ? undefined : this.of(client);
      if (client === null || connection === undefined) return done(new Error('a publish without a connection'));
      this.hold(client, 1);
      // aedes closes a client before it publishes its last will, and takes nothing from it afterwards
      const origin = client.closed ? 'will' : 'client';
      this.hooks.publish(connection, publication(packet), origin).then((accepted) => {
        this.hold(client, -1);
        done(accepted ? null : new Error('the publish is not authorized'));
      }, done);
    };
    this.aedes.authorizeForward = (client, packet) => {
      const connection = this.of(client);
      return connection !== undefined && this.hooks.forward(connection, publication(packet)) ? packet : null;
    };
  }

  private hold(client: Client, more: 1 | -1): void {
    const count = (this.held.get(client) ?? 0) + more;
    if (count > 0 && !client.closed) this.held.set(client, count);
    else this.held.delete(client);
  }

  /** Nothing is read from a client whose publishes wait, its PINGREQ neither, and that is not the client's fault. */
  private keepHeldAlive(): void {
    for (const client of this.held.keys()) {
      if (client.closed) this.held.delete(client);
      else (client as unknown as ClientInternals)._keepaliveTimer?.refresh();
    }
  }

  private followSubscriptions(): void {
    this.aedes.authorizeSubscribe = (client, subscription, done) => {
      const connection = this.of(client);
      const verdict = connection === undefined ? 'close' : this.hooks.subscribe(connection, subscription.topic);
      if (verdict === 'close') return done(new Error('the subscription is not possible'));
      done(null, verdict === 'grant' ? subscription : null);
    };
    this.aedes.on('subscribe', (subscriptions, client) =>
      this.with(client, (connection) => {
        const isRefused = ({ qos }: { qos: number }): boolean => qos > 2;
        const granted = subscriptions.filter((each) => !isRefused(each)).map(({ topic }) => topic);
        this.hooks.subscribed(
          connection,
          granted,
          subscriptions.filter(isRefused).map(({ topic }) => topic),
        );
      }),
    );
    this.aedes.on('unsubscribe', (filters, client) => {
      // aedes also calls this at the end of a clean session; AWS sends no event then
      if (!client.closed) this.with(client, (connection) => this.hooks.unsubscribed(connection, filters));
    });
  }

  private of(client: Client): Connection | undefined {
    return this.connections.get(client.conn);
  }

  private with(client: Client, act: (connection: Connection) => void): void {
    const connection = this.of(client);
    if (connection !== undefined) act(connection);
  }
}

const internals = (aedes: Aedes): AedesInternals => aedes as unknown as AedesInternals;

function refusal(returnCode: RefusalCode): Error & { returnCode: RefusalCode } {
  return Object.assign(new Error('connection refused'), { returnCode });
}

function publication(packet: PublishPacket | AedesPublishPacket): Publication {
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
  return { topic: packet.topic, payload: payload ?? Buffer.alloc(0), qos: packet.qos, retain: packet.retain };
}

/**
 * Makes aedes follow AWS's rules where it matches topics itself: AWS's `#` for messages that wait for offline sessions,
 * and retained messages for filters without wildcards only.
 */
function followAwsTopicRules(persistence: AedesInternals['persistence']): void {
  const { subscriptionsByTopic, createRetainedStreamCombi } = persistence;
  persistence.subscriptionsByTopic = async (topic) =>
    (await subscriptionsByTopic.call(persistence, topic)).filter((each) => matchesFilter(each.topic, topic));
  persistence.createRetainedStreamCombi = (filters) =>
    createRetainedStreamCombi.call(
      persistence,
      filters.filter((filter) => !/[+#]/.test(filter)),
    );
}
