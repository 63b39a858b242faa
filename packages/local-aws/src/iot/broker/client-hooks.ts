import type { Authorizer } from '../authorization/authorizer';
import type { IotAction } from '../authorization/connection-policy';
import type { Admission } from '../connections/admission';
import type { Connection, ConnectRequest } from '../connections/connection';
import type { Connections } from '../connections/connections';
import type { IotDependencies } from '../iot-dependencies';
import { IOT_LIMITS } from '../limits';
import { topicFilterProblem, topicNameProblem } from '../topics/topics';
import { type BrokerHooks, CONNACK, type Publication, type RefusalCode } from './broker-adapter';
import { connectedMessage, connectFailedMessage, disconnectedMessage, subscriptionMessage } from './lifecycle';
import type { MessageRouter } from './message-router';

/** Decides which MQTT clients may connect, publish, subscribe and receive, and reports what they do. */
export class ClientHooks implements BrokerHooks {
  constructor(
    private readonly deps: IotDependencies,
    private readonly authorizer: Authorizer,
    private readonly connections: Connections,
    private readonly router: MessageRouter,
    private readonly admission: Admission,
  ) {}

  async authenticate(connection: Connection, request: ConnectRequest): Promise<'accept' | RefusalCode> {
    connection.request = request;
    const { clientId } = request;
    if (clientId === '' || Buffer.byteLength(clientId) > IOT_LIMITS.clientIdBytes || clientId.startsWith('$')) {
      return this.refuse(connection, CONNACK.identifierRejected, 'the client ID is empty, too long or starts with $');
    }
    const answer = await this.authorizer.authorize(connection, request);
    if (!answer.ok) return this.refuse(connection, answer.code, answer.reason);
    connection.grant = answer.grant;
    const forbidden = this.connectProblem(connection);
    if (forbidden !== undefined) {
      this.router.lifecycle(connectFailedMessage(connection, this.deps.clock.now()));
      return this.refuse(connection, CONNACK.notAuthorized, forbidden);
    }
    this.connections.get(clientId)?.explain('DUPLICATE_CLIENTID');
    return 'accept';
  }

  protocolRefused(connection: Connection): void {
    const reason = 'the embedded broker speaks MQTT 3.1 and 3.1.1';
    this.deps.onEvent?.({ kind: 'refused', clientId: connection.clientId, code: 1, reason });
  }

  connected(connection: Connection): void {
    // the library ends an older connection itself, unless that one was already ending
    this.connections.get(connection.clientId)?.end('DUPLICATE_CLIENTID');
    this.connections.enter(connection);
    this.deps.onEvent?.({ kind: 'connected', clientId: connection.clientId, transport: connection.transport.kind });
    this.router.lifecycle(connectedMessage(connection, this.deps.clock.now()));
  }

  /** The connection's stream is closed, by the client or by the broker. */
  disconnected(connection: Connection): void {
    connection.abandon();
    this.admission.leave(connection);
    if (connection.session === undefined) return;
    const now = this.deps.clock.now();
    this.connections.leave(connection);
    this.deps.meter.connectedMinutes(Math.max(1, Math.ceil((now - connection.session.since) / 60_000)));
    this.deps.onEvent?.({ kind: 'disconnected', clientId: connection.clientId, ...connection.ended });
    this.router.lifecycle(disconnectedMessage(connection, now));
  }

  async publish(connection: Connection, publication: Publication, origin: 'client' | 'will'): Promise<boolean> {
    if (connection.suppressWill) return false;
    const problem = topicNameProblem(publication.topic);
    if (problem !== undefined) {
      connection.explain('CLIENT_ERROR', problem);
      return false;
    }
    const forbidden = this.publishProblem(connection, publication.topic, publication.retain);
    if (forbidden !== undefined) {
      connection.explain('FORBIDDEN_ACCESS', forbidden);
      return false;
    }
    const message = this.router.arrived(connection, publication);
    try {
      // a client that is gone has no turn
      if (origin === 'will') await this.router.fromClient(message);
      else await this.admission.enter(connection, () => this.router.fromClient(message));
      return true;
    } catch (error) {
      connection.explain('SERVER_INITIATED_DISCONNECT', error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  subscribe(connection: Connection, filter: string): 'grant' | 'refuse' | 'close' {
    const { filters } = connection;
    const full = !filters.has(filter) && filters.size >= IOT_LIMITS.filtersPerConnection;
    const problem = full ? `more than ${IOT_LIMITS.filtersPerConnection} subscriptions` : topicFilterProblem(filter);
    if (problem !== undefined) {
      connection.explain('CLIENT_ERROR', problem);
      return 'close';
    }
    if (!this.allows(connection, 'iot:Subscribe', `topicfilter/${filter}`)) return 'refuse';
    filters.add(filter);
    return 'grant';
  }

  subscribed(connection: Connection, granted: readonly string[], refused: readonly string[]): void {
    this.deps.onEvent?.({ kind: 'subscribed', clientId: connection.clientId, filters: granted, refused });
    if (granted.length === 0) return;
    this.router.lifecycle(subscriptionMessage(connection, this.deps.clock.now(), 'subscribed', granted));
  }

  unsubscribed(connection: Connection, filters: readonly string[]): void {
    for (const filter of filters) connection.filters.delete(filter);
    this.router.lifecycle(subscriptionMessage(connection, this.deps.clock.now(), 'unsubscribed', filters));
  }

  forward(connection: Connection, { topic, payload }: Publication): boolean {
    if (!this.allows(connection, 'iot:Receive', `topic/${topic}`)) return false;
    const { clientId } = connection;
    if (!connection.budget.take()) {
      const [what, reason] = [`delivery of ${topic}`, 'the publish rate is exceeded'];
      this.deps.onEvent?.({ kind: 'discarded', clientId, what, reason });
      return false;
    }
    this.deps.meter.messagesOut(payload.length);
    this.deps.onEvent?.({ kind: 'delivered', clientId, topic, bytes: payload.length });
    return true;
  }

  keepAliveTimeout(connection: Connection): void {
    connection.explain('MQTT_KEEP_ALIVE_TIMEOUT');
  }

  /** Why a CONNECT is forbidden. A last will is checked here, at CONNECT, and not when it is published. */
  private connectProblem(connection: Connection): string | undefined {
    const { clientId, will } = connection.request;
    if (!this.allows(connection, 'iot:Connect', `client/${clientId}`)) return `iot:Connect on client/${clientId}`;
    if (will === undefined) return undefined;
    if (will.qos === 2) return 'a last will with QoS 2';
    return topicNameProblem(will.topic) ?? this.publishProblem(connection, will.topic, will.retain);
  }

  private publishProblem(connection: Connection, topic: string, retain: boolean): string | undefined {
    if (!this.allows(connection, 'iot:Publish', `topic/${topic}`)) return `iot:Publish on topic/${topic}`;
    const retainable = !retain || this.allows(connection, 'iot:RetainPublish', `topic/${topic}`);
    return retainable ? undefined : `iot:RetainPublish on topic/${topic}`;
  }

  private allows(connection: Connection, action: IotAction, resource: string): boolean {
    const { region, account } = this.deps;
    return connection.grant.policy.allows(action, `arn:aws:iot:${region}:${account}:${resource}`);
  }

  private refuse(connection: Connection, code: RefusalCode, reason: string): RefusalCode {
    this.deps.onEvent?.({ kind: 'refused', clientId: connection.clientId, code, reason });
    return code;
  }
}
