import type { Connection } from '../connections/connection';
import type { IotDependencies } from '../iot-dependencies';
import { IOT_LIMITS } from '../limits';
import {
  CONNECT,
  DISCONNECT,
  type Frame,
  PUBACK,
  PUBLISH,
  readMessageId,
  readPublish,
  readSubscribe,
  SUBSCRIBE,
} from './mqtt-frames';
import type { GateRules, PacketVerdict } from './mqtt-gate';

/**
 * What AWS IoT Core does with a client's packets before it looks at permissions
 * (docs/reference/aws-platform.md#what-the-broker-does-with-a-packet-before-permissions).
 */
export class ClientGateRules implements GateRules {
  constructor(
    private readonly connection: Connection,
    private readonly deps: IotDependencies,
  ) {}

  inspect(frame: Frame): PacketVerdict {
    switch (frame.type) {
      case CONNECT:
        this.deps.meter.connects();
        return 'pass';
      case PUBLISH:
        return this.publish(frame);
      case PUBACK:
        return this.acknowledge(frame);
      case SUBSCRIBE:
        return this.subscribe(frame);
      case DISCONNECT:
        this.connection.explain('CLIENT_INITIATED_DISCONNECT');
        return 'pass';
      default:
        return 'pass';
    }
  }

  malformed(reason: string): void {
    this.connection.explain('CLIENT_ERROR', reason);
  }

  private publish(frame: Frame): PacketVerdict {
    const packet = readPublish(frame);
    if (packet === undefined) return this.close('a PUBLISH that is cut short');
    if (packet.payloadBytes > IOT_LIMITS.payloadBytes) return this.close(`a payload of ${packet.payloadBytes} bytes`);
    if (packet.qos === 2) return this.discard(`PUBLISH ${packet.topic}`, 'QoS 2 is not supported');
    if (!this.connection.budget.take()) return this.discard(`PUBLISH ${packet.topic}`, 'the publish rate is exceeded');
    return 'pass';
  }

  /** The broker sees every PUBACK, also those it is not waiting for: they keep the connection alive. */
  private acknowledge(frame: Frame): PacketVerdict {
    this.deps.meter.acknowledgements();
    const messageId = readMessageId(frame);
    if (messageId !== undefined) this.connection.acknowledge(messageId);
    return 'pass';
  }

  private subscribe(frame: Frame): PacketVerdict {
    const subscriptions = readSubscribe(frame);
    if (subscriptions === undefined) return this.close('a SUBSCRIBE that is cut short');
    if (subscriptions.length > IOT_LIMITS.filtersPerSubscribe)
      return this.close(`${subscriptions.length} filters at once`);
    const exactlyOnce = subscriptions.find(({ qos }) => qos === 2);
    if (exactlyOnce !== undefined) return this.discard(`SUBSCRIBE ${exactlyOnce.filter}`, 'QoS 2 is not supported');
    this.deps.meter.subscribes();
    return 'pass';
  }

  private close(detail: string): PacketVerdict {
    this.connection.explain('CLIENT_ERROR', detail);
    return 'close';
  }

  private discard(what: string, reason: string): PacketVerdict {
    this.deps.onEvent?.({ kind: 'discarded', clientId: this.connection.clientId, what, reason });
    return 'drop';
  }
}
