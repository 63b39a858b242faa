import type { Connection } from '../connections/connection';
import type { HttpPublication } from '../data-plane/data-plane-operations';
import type { IotDependencies } from '../iot-dependencies';
import type { RuleEngine } from '../rules/rule-engine';
import type { MqttBroker, Publication } from './broker-adapter';
import type { LifecycleMessage } from './lifecycle';
import { TraceIds } from './trace-ids';

/** Hands messages of clients, of HTTP callers and of the broker itself to the rules and to subscribers. */
export class MessageRouter {
  private readonly traceIds: TraceIds;

  constructor(
    private readonly deps: IotDependencies,
    private readonly rules: RuleEngine,
    private readonly broker: () => MqttBroker,
  ) {
    this.traceIds = new TraceIds(deps.clock);
  }

  /** A client's PUBLISH or last will. The MQTT library hands it to subscribers itself. */
  fromClient(connection: Connection, { topic, payload }: Publication): void {
    const { clientId } = connection;
    const traceId = this.traceIds.next();
    this.deps.meter.messagesIn(payload.length);
    this.deps.onEvent?.({ kind: 'published', clientId, topic, bytes: payload.length, traceId });
    const { principalId } = connection.grant;
    this.rules.dispatch({ topic, payload, receivedAt: this.deps.clock.now(), clientId, principalId, traceId });
  }

  fromHttp({ properties, ...publication }: HttpPublication): void {
    const { topic, payload } = publication;
    this.deps.meter.messagesIn(payload.length);
    this.broker().publish(publication);
    this.rules.dispatch({ topic, payload, receivedAt: this.deps.clock.now(), properties });
  }

  lifecycle(message: LifecycleMessage | undefined): void {
    if (message === undefined) return;
    const { topic } = message;
    const payload = Buffer.from(JSON.stringify(message.body));
    this.broker().publish({ topic, payload, qos: 0, retain: false });
    this.rules.dispatch({ topic, payload, receivedAt: this.deps.clock.now(), traceId: this.traceIds.next() });
  }
}
