import type { Connection } from '../connections/connection';
import type { HttpPublication } from '../data-plane/data-plane-operations';
import type { IotDependencies } from '../iot-dependencies';
import type { RuleEngine } from '../rules/rule-engine';
import type { RuleMessage } from '../rules/rule-message';
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

  /** What the rules get of a client's PUBLISH or last will, which arrives now. */
  arrived(connection: Connection, { topic, payload }: Publication): RuleMessage {
    const { clientId } = connection;
    const traceId = this.traceIds.next();
    this.deps.meter.messagesIn(payload.length);
    this.deps.onEvent?.({ kind: 'published', clientId, topic, bytes: payload.length, traceId });
    const { principalId } = connection.grant;
    return { topic, payload, receivedAt: this.deps.clock.now(), clientId, principalId, traceId };
  }

  /** Resolves when functions and queues have the message. The MQTT library hands it to subscribers itself. */
  fromClient(message: RuleMessage): Promise<void> {
    return this.rules.dispatch(message);
  }

  async fromHttp({ properties, ...publication }: HttpPublication): Promise<void> {
    const { topic, payload } = publication;
    this.deps.meter.messagesIn(payload.length);
    this.broker().publish(publication);
    await this.rules.dispatch({ topic, payload, receivedAt: this.deps.clock.now(), properties });
  }

  lifecycle(message: LifecycleMessage | undefined): void {
    if (message === undefined) return;
    const { topic } = message;
    const payload = Buffer.from(JSON.stringify(message.body));
    this.broker().publish({ topic, payload, qos: 0, retain: false });
    const traceId = this.traceIds.next();
    // nobody waits for it; a fault is reported as an event
    this.rules.dispatch({ topic, payload, receivedAt: this.deps.clock.now(), traceId }).catch(() => undefined);
  }
}
