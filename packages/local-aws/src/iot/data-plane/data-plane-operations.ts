import type { MqttBroker } from '../broker/broker-adapter';
import type { Connections } from '../connections/connections';
import type { IotDependencies } from '../iot-dependencies';
import { IOT_LIMITS } from '../limits';
import { topicNameProblem } from '../topics/topics';
import { DataPlaneError } from './data-plane-error';
import type { DataPlaneRequest } from './data-plane-request';
import type { DirectMessages } from './direct-messages';

/** A message that came over HTTP. Its permissions have been checked. */
export interface HttpPublication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
  /** MQTT 5 publish properties by the names of `get_mqtt_property`. */
  readonly properties: Readonly<Record<string, string>>;
}

const DEFAULT_CONFIRMATION_SECONDS = 5;

/**
 * The operations of the data plane, each with its IAM check. Each throws a `DataPlaneError` when it refuses
 * (docs/reference/aws-platform.md#direct-messages, docs/reference/aws-platform.md#looking-up-and-ending-a-connection).
 */
export class DataPlaneOperations {
  constructor(
    private readonly deps: IotDependencies,
    private readonly connections: Connections,
    private readonly direct: DirectMessages,
    private readonly broker: MqttBroker,
    private readonly publishMessage: (publication: HttpPublication) => Promise<void>,
  ) {}

  async publish({ label: topic, query, body, caller }: DataPlaneRequest): Promise<undefined> {
    const qos = integer(query, 'qos', 0, 0, 1);
    const retain = flag(query, 'retain');
    const problem = topicNameProblem(topic);
    if (problem !== undefined) throw new DataPlaneError('InvalidRequestException', problem);
    this.demand(caller, 'iot:Publish', `topic/${topic}`);
    if (retain) this.demand(caller, 'iot:RetainPublish', `topic/${topic}`);
    if (body.length > IOT_LIMITS.payloadBytes) {
      throw new DataPlaneError(
        'RequestEntityTooLargeException',
        `the payload is over ${IOT_LIMITS.payloadBytes} bytes`,
      );
    }
    const [responseTopic, contentType] = [query.get('responseTopic'), query.get('contentType')];
    const properties = {
      ...(responseTopic !== null && { response_topic: responseTopic }),
      ...(contentType !== null && { content_type: contentType }),
    };
    await this.publishMessage({ topic, payload: body, qos, retain, properties });
  }

  async sendDirectMessage(request: DataPlaneRequest): Promise<{ message: string; traceId: string }> {
    const { label: clientId, query, body, caller, traceId } = request;
    const confirmation = flag(query, 'confirmation');
    const timeout = integer(query, 'timeout', DEFAULT_CONFIRMATION_SECONDS, 1, IOT_LIMITS.confirmationSeconds);
    const message = { clientId, topic: query.get('topic') ?? '', payload: body, confirmation, timeout };
    const report = (status: number): void =>
      this.deps.onEvent?.({
        kind: 'directMessage',
        clientId,
        topic: message.topic,
        bytes: body.length,
        confirmed: confirmation,
        status,
      });
    try {
      await this.direct.send(message, caller);
    } catch (error) {
      report(error instanceof DataPlaneError ? error.status : 500);
      throw error;
    }
    report(200);
    return { message: 'OK', traceId };
  }

  async getConnection({ label: clientId, query, caller }: DataPlaneRequest): Promise<object> {
    this.demand(caller, 'iot:GetConnection', `client/${clientId}`);
    const connection = this.connections.get(clientId);
    if (connection?.session !== undefined) {
      const { cleanSession, keepAlive } = connection.request;
      const { sourceIp, sourcePort, targetIp, targetPort } = connection.transport;
      return {
        clientId,
        connected: true,
        cleanSession,
        keepAliveDuration: keepAlive,
        connectedSince: connection.session.since,
        ...(flag(query, 'includeSocketInformation') && { sourceIp, sourcePort, targetIp, targetPort }),
      };
    }
    const departure = this.connections.departure(clientId);
    if (departure === undefined) throw unknownClient(clientId);
    const { at: disconnectedSince, reason: disconnectReason, cleanSession } = departure;
    return { clientId, connected: false, cleanSession, disconnectedSince, disconnectReason };
  }

  async deleteConnection({ label: clientId, query, caller }: DataPlaneRequest): Promise<undefined> {
    this.demand(caller, 'iot:DeleteConnection', `client/${clientId}`);
    const connection = this.connections.get(clientId);
    if (connection === undefined) throw unknownClient(clientId);
    connection.suppressWill = flag(query, 'preventWillMessage');
    if (flag(query, 'cleanSession')) await this.broker.forgetSession(clientId);
    connection.end('API_INITIATED_DISCONNECT');
  }

  private demand(caller: string, action: string, resource: string): void {
    const arn = `arn:aws:iot:${this.deps.region}:${this.deps.account}:${resource}`;
    if (!this.deps.isAllowed(caller, action, arn)) throw new DataPlaneError('ForbiddenException', '');
  }
}

const unknownClient = (clientId: string): DataPlaneError =>
  new DataPlaneError('ResourceNotFoundException', `${clientId} is not connected`);

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? 'false';
  if (value !== 'true' && value !== 'false') {
    throw new DataPlaneError('InvalidRequestException', `${name} is neither true nor false`);
  }
  return value === 'true';
}

function integer(query: URLSearchParams, name: string, absent: number, min: number, max: number): number {
  const value = query.get(name);
  if (value === null) return absent;
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new DataPlaneError('InvalidRequestException', `${name} is not a whole number from ${min} to ${max}`);
}
