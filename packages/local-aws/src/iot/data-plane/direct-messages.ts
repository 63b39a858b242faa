import type { MqttBroker } from '../broker/broker-adapter';
import type { Connection } from '../connections/connection';
import type { Connections } from '../connections/connections';
import type { IotDependencies } from '../iot-dependencies';
import { IOT_LIMITS } from '../limits';
import { topicNameProblem } from '../topics/topics';
import { encodePublish } from '../transport/mqtt-frames';
import { DataPlaneError } from './data-plane-error';

interface DirectMessage {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: Buffer;
  /** Whether to wait for the client's PUBACK. */
  readonly confirmation: boolean;
  /** Seconds to wait for it. */
  readonly timeout: number;
}

/** Bytes that may wait for a client that does not read. Beyond, further messages are refused. */
const MAX_UNSENT_BYTES = 512 * 1024;

/**
 * Delivers one PUBLISH to one connected client. Subscriptions and rules have no part in it
 * (docs/reference/aws-platform.md#a-message-to-one-client). Rejects with a `DataPlaneError` when it cannot deliver.
 */
export class DirectMessages {
  constructor(
    private readonly deps: IotDependencies,
    private readonly connections: Connections,
    private readonly broker: MqttBroker,
  ) {}

  async send(message: DirectMessage, caller: string): Promise<void> {
    const { clientId, topic, payload, confirmation } = message;
    this.checkSender(message, caller);
    const connection = await this.receiver(clientId);
    if (!connection.grant.policy.allows('iot:Receive', this.arn(`topic/${topic}`))) {
      throw new DataPlaneError('ForbiddenException', `${clientId} is not allowed to receive on ${topic}`);
    }
    if (payload.length > IOT_LIMITS.payloadBytes) {
      throw new DataPlaneError(
        'RequestEntityTooLargeException',
        `the payload is over ${IOT_LIMITS.payloadBytes} bytes`,
      );
    }
    if (connection.gate.writableLength > MAX_UNSENT_BYTES || !connection.budget.take()) {
      throw new DataPlaneError('ThrottlingException', `the publish rate of ${clientId} is exceeded`);
    }
    this.deps.meter.directMessages(payload.length, confirmation);
    if (confirmation) await this.deliverConfirmed(connection, message);
    else connection.gate.write(encodePublish(topic, payload));
  }

  private checkSender({ clientId, topic }: DirectMessage, caller: string): void {
    const problem = topicNameProblem(topic) ?? (clientId.startsWith('$') ? 'the client ID starts with $' : undefined);
    if (problem !== undefined) throw new DataPlaneError('InvalidRequestException', problem);
    const context = { 'iot:Topic': topic };
    if (!this.deps.isAllowed(caller, 'iot:SendDirectMessage', this.arn(`client/${clientId}`), context)) {
      throw new DataPlaneError('ForbiddenException', '');
    }
  }

  private async receiver(clientId: string): Promise<Connection> {
    const connection = this.connections.get(clientId);
    if (connection !== undefined && !connection.closed) return connection;
    const session = (await this.broker.hasSession(clientId)) ? ', but it has a persistent session' : '';
    throw new DataPlaneError('ResourceNotFoundException', `${clientId} is not connected${session}`);
  }

  private async deliverConfirmed(connection: Connection, { topic, payload, timeout }: DirectMessage): Promise<void> {
    const messageId = this.broker.nextMessageId(connection);
    const answer = connection.acknowledgement(messageId);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), timeout * 1000);
      timer.unref();
    });
    connection.gate.write(encodePublish(topic, payload, messageId));
    const outcome = await Promise.race([answer, late]);
    clearTimeout(timer);
    if (outcome !== 'acknowledged') {
      throw new DataPlaneError('GatewayTimeoutException', `${connection.clientId} did not acknowledge the message`);
    }
  }

  private arn(resource: string): string {
    return `arn:aws:iot:${this.deps.region}:${this.deps.account}:${resource}`;
  }
}
