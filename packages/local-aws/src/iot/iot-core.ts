import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { newUuid } from '../uuid';
import { Authorizer } from './authorization/authorizer';
import { Endpoints } from './authorization/endpoints';
import { AedesBroker } from './broker/aedes-broker';
import type { MqttBroker } from './broker/broker-adapter';
import { ClientHooks } from './broker/client-hooks';
import { MessageRouter } from './broker/message-router';
import { Admission } from './connections/admission';
import { Connection } from './connections/connection';
import { ConnectionSweeper } from './connections/connection-sweeper';
import { Connections } from './connections/connections';
import { PublishBudget } from './connections/publish-budget';
import { handleDataPlane } from './data-plane/data-plane';
import { DataPlaneOperations } from './data-plane/data-plane-operations';
import { DirectMessages } from './data-plane/direct-messages';
import type { IotDependencies } from './iot-dependencies';
import type { IotCoreOptions } from './iot-options';
import type { IotResources } from './iot-resources';
import { IOT_LIMITS } from './limits';
import { RuleEngine } from './rules/rule-engine';
import { ClientGateRules } from './transport/gate-rules';
import { type BoundPorts, Listeners, type ListenOptions } from './transport/listeners';
import { MqttGate } from './transport/mqtt-gate';
import type { Transport } from './transport/transport';

const RULE_RETRY_DELAYS = [100, 500];
const SWEEP_INTERVAL_MS = 1000;
const AUTHORIZER_TIMEOUT_MS = 5000;
const AUTHORIZER_CALLS = 4;

/**
 * AWS IoT Core on one machine, made from the resources of a template: message broker with custom authorizer and
 * policies, topic rules, lifecycle events and the HTTP data plane.
 */
export class IotCore {
  private readonly connections: Connections;
  private readonly rules: RuleEngine;
  private readonly hooks: ClientHooks;
  private readonly broker: MqttBroker;
  private readonly operations: DataPlaneOperations;
  private readonly sweeper: ConnectionSweeper;
  private readonly listeners = new Listeners((stream, transport) => this.accept(stream, transport));
  private readonly open = new Set<Connection>();

  /** Throws `UnsupportedResourceError` for a resource, SQL construct or action that is not carried out here. */
  constructor(
    private readonly deps: IotDependencies,
    resources: IotResources,
    private readonly options: IotCoreOptions = {},
  ) {
    const timeout = options.authorizerTimeout ?? AUTHORIZER_TIMEOUT_MS;
    const calls = options.authorizerCalls ?? AUTHORIZER_CALLS;
    const authorizer = new Authorizer(deps, new Endpoints(resources), timeout, options.open ?? false, calls);
    this.connections = new Connections(deps.clock);
    this.rules = new RuleEngine(resources.rules, deps, options.ruleRetryDelays ?? RULE_RETRY_DELAYS);
    const router = new MessageRouter(deps, this.rules, () => this.broker);
    this.hooks = new ClientHooks(deps, authorizer, this.connections, router, new Admission(deps.backlog));
    this.broker = new AedesBroker(this.hooks);
    const direct = new DirectMessages(deps, this.connections, this.broker);
    this.operations = new DataPlaneOperations(deps, this.connections, direct, this.broker, (publication) =>
      router.fromHttp(publication),
    );
    this.sweeper = new ConnectionSweeper(deps, this.connections, authorizer);
  }

  /** Opens the ports for MQTT clients; a port of 0 is any free one. Resolves with the ports bound. */
  async listen(options: ListenOptions): Promise<BoundPorts> {
    await this.broker.start();
    this.sweeper.start(this.options.sweepInterval ?? SWEEP_INTERVAL_MS);
    return this.listeners.listen(options);
  }

  /** The HTTP data plane, to be mounted where `AWS_ENDPOINT_URL_IOT_DATA_PLANE` points. */
  readonly dataPlane = (request: IncomingMessage, response: ServerResponse): void => {
    void handleDataPlane(request, response, this.deps, this.operations);
  };

  /** Resolves when every rule action started so far is done. */
  idle(): Promise<void> {
    return this.rules.idle();
  }

  /** Ends all connections, then waits for what they set off. */
  async close(): Promise<void> {
    this.sweeper.stop();
    const closed = [...this.open].map((connection) => {
      connection.explain('SERVER_INITIATED_DISCONNECT');
      return new Promise((resolve) => connection.gate.once('close', resolve));
    });
    await this.listeners.close();
    await Promise.all(closed);
    await this.broker.close();
    await this.rules.idle();
  }

  private accept(stream: Duplex, transport: Transport): void {
    const { clock } = this.deps;
    const budget = new PublishBudget(clock, this.options.connectionPublishesPerSecond ?? IOT_LIMITS.publishesPerSecond);
    const connection = new Connection(
      transport,
      newUuid(clock),
      budget,
      (opening) => new MqttGate(stream, new ClientGateRules(opening, this.deps), IOT_LIMITS.packetBytes),
    );
    this.open.add(connection);
    connection.gate.once('close', () => {
      this.open.delete(connection);
      this.hooks.disconnected(connection);
    });
    this.broker.attach(connection);
  }
}
