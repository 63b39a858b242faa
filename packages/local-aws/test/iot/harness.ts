import { createServer } from 'node:http';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { type IClientOptions, type MqttClient, connect as mqttConnect } from 'mqtt';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';
import type { ServiceCaller } from '../../src/iam/service-caller';
import type { AuthorizerEvent } from '../../src/iot/authorization/authorizer-message';
import type { Backlog } from '../../src/iot/connections/admission';
import type { IotEvent } from '../../src/iot/events';
import { IotCore } from '../../src/iot/iot-core';
import type { IotCoreOptions } from '../../src/iot/iot-options';
import type { IotResources, TopicRuleResource } from '../../src/iot/iot-resources';
import type { IotMeter } from '../../src/iot/meter';
import type { BoundPorts } from '../../src/iot/transport/listeners';

export const REGION = 'eu-central-1';
export const ACCOUNT = '123456789012';
export const ARN = `arn:aws:iot:${REGION}:${ACCOUNT}`;
export const AUTHORIZER_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:authorize`;
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:ingest`;
export const QUEUE_URL = 'http://127.0.0.1/123456789012/failures';

/** The system's clock plus an offset that can grow. */
class TestClock {
  private offset = 0;

  now(): number {
    return Date.now() + this.offset;
  }

  randomBytes(length: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(length));
  }

  advance(ms: number): void {
    this.offset += ms;
  }
}

export const statement = (Action: string | string[], ...resources: string[]) => ({
  Effect: 'Allow',
  Action,
  Resource: resources.map((resource) => `${ARN}:${resource}`),
});
export const policy = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
export const EVERYTHING = policy(statement('iot:*', '*'));

/** What an authorizer answers for a client that may do what `documents` say. */
export const granted = (...documents: unknown[]) => ({
  isAuthenticated: true,
  principalId: 'device1',
  policyDocuments: documents,
  disconnectAfterInSeconds: 86_400,
  refreshAfterInSeconds: 86_400,
});

export const lambdaRule = (RuleName: string, Sql: string): TopicRuleResource => ({
  RuleName,
  TopicRulePayload: {
    Sql,
    AwsIotSqlVersion: '2016-03-23',
    Actions: [{ Lambda: { FunctionArn: FUNCTION_ARN } }],
    ErrorAction: { Sqs: { QueueUrl: QUEUE_URL, RoleArn: 'arn:aws:iam::123456789012:role/errors', UseBase64: false } },
  },
});

/** An invocation of a function and the service that caused it. */
export interface Invocation {
  readonly functionArn: string;
  readonly event: unknown;
  readonly source: ServiceCaller;
}

/** What a test sets. By default every client may do everything. */
export interface StartOptions extends IotCoreOptions {
  readonly backlog?: Backlog;
  readonly rules?: readonly TopicRuleResource[];
  readonly resources?: Partial<IotResources>;
  readonly tls?: boolean;
  readonly authorize?: (event: AuthorizerEvent) => unknown;
  readonly invokeAsync?: (invocation: Invocation) => Promise<void>;
  readonly isAllowed?: (accessKeyId: string, action: string, resource: string, context?: object) => boolean;
}

const CUSTOM_AUTH = {
  AuthenticationType: 'CUSTOM_AUTH',
  AuthorizerConfig: { DefaultAuthorizerName: 'password', AllowAuthorizerOverride: false },
};

export const RESOURCES: IotResources = {
  authorizers: [{ AuthorizerName: 'password', AuthorizerFunctionArn: AUTHORIZER_ARN, SigningDisabled: true }],
  domainConfigurations: [
    { DomainConfigurationName: 'mqtt', ApplicationProtocol: 'SECURE_MQTT', ...CUSTOM_AUTH },
    { DomainConfigurationName: 'wss', ApplicationProtocol: 'MQTT_WSS', ...CUSTOM_AUTH },
  ],
  rules: [],
};

/** A running IoT Core and everything that it did. Clients and servers are closed when the test is over. */
export class Harness {
  readonly clock = new TestClock();
  readonly authorized: Invocation[] = [];
  readonly invocations: Invocation[] = [];
  readonly sent: { queueUrl: string; body: string; roleArn: string }[] = [];
  readonly events: IotEvent[] = [];
  readonly metered = new Map<string, number>();
  readonly core: IotCore;
  ports: BoundPorts = { mqtt: 0, ws: 0 };
  readonly certificate: { private: string; cert: string } | undefined;
  private dataPlanePort = 0;
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly options: StartOptions,
    certificate?: { private: string; cert: string },
  ) {
    this.certificate = certificate;
    const resources = { ...RESOURCES, ...options.resources, rules: options.rules ?? [] };
    this.core = new IotCore(this.deps(), resources, { sweepInterval: 10, ruleRetryDelays: [1, 1], ...options });
  }

  static async start(options: StartOptions = {}): Promise<Harness> {
    const certificate = options.tls ? await generate([{ name: 'commonName', value: 'localhost' }]) : undefined;
    const harness = new Harness(options, certificate);
    harness.ports = await harness.core.listen({
      host: '127.0.0.1',
      mqttPort: 0,
      wsPort: 0,
      ...(certificate && { mqttsPort: 0, wssPort: 0, tls: { key: certificate.private, cert: certificate.cert } }),
    });
    onTestFinished(() => harness.core.close());
    await harness.serveDataPlane();
    return harness;
  }

  /** A connected client; rejects when the broker refuses it. */
  async connect(clientId: string, options: IClientOptions & { url?: string } = {}): Promise<MqttClient> {
    const { url = `mqtt://127.0.0.1:${this.ports.mqtt}`, ...rest } = options;
    const client = mqttConnect(url, {
      clientId,
      username: 't1/device',
      password: 'secret',
      reconnectPeriod: 0,
      rejectUnauthorized: false,
      ...rest,
    });
    onTestFinished(() => {
      client.end(true);
    });
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed before CONNACK')));
    });
    client.on('error', () => {});
    return client;
  }

  sdk(accessKeyId = 'AKIAINGEST'): IoTDataPlaneClient {
    const client = new IoTDataPlaneClient({
      region: REGION,
      endpoint: `http://127.0.0.1:${this.dataPlanePort}`,
      credentials: { accessKeyId, secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
    onTestFinished(() => client.destroy());
    return client;
  }

  get dataPlaneUrl(): string {
    return `http://127.0.0.1:${this.dataPlanePort}`;
  }

  /** Resolves with the first result of `find`, which is called after everything that happens. */
  until<T>(find: () => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined || found === false) return;
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      look();
    });
  }

  event<K extends IotEvent['kind']>(kind: K, index = 0): Promise<Extract<IotEvent, { kind: K }>> {
    const matches = (event: IotEvent): event is Extract<IotEvent, { kind: K }> => event.kind === kind;
    return this.until(() => this.events.filter(matches)[index]);
  }

  private deps() {
    return {
      region: REGION,
      account: ACCOUNT,
      clock: this.clock,
      invoke: async (functionArn: string, event: unknown, source: ServiceCaller) => {
        this.authorized.push({ functionArn, event, source });
        const authorize = this.options.authorize ?? (() => granted(EVERYTHING));
        return authorize(event as AuthorizerEvent);
      },
      invokeAsync: async (functionArn: string, event: unknown, source: ServiceCaller) => {
        const invocation = { functionArn, event, source };
        await this.options.invokeAsync?.(invocation);
        this.invocations.push(invocation);
        this.look();
      },
      sendMessage: async (queueUrl: string, body: string, roleArn: string) => {
        this.sent.push({ queueUrl, body, roleArn });
        this.look();
      },
      isAllowed: this.options.isAllowed ?? (() => true),
      backlog: this.options.backlog ?? { isFull: false, onRoom: () => undefined },
      meter: this.meter(),
      onEvent: (event: IotEvent) => {
        this.events.push(event);
        this.look();
      },
    };
  }

  private look(): void {
    for (const look of [...this.waiting]) look();
  }

  private meter(): IotMeter {
    const count = (name: keyof IotMeter) => () => {
      this.metered.set(name, (this.metered.get(name) ?? 0) + 1);
    };
    return {
      connects: count('connects'),
      connectedMinutes: count('connectedMinutes'),
      subscribes: count('subscribes'),
      acknowledgements: count('acknowledgements'),
      messagesIn: count('messagesIn'),
      messagesOut: count('messagesOut'),
      rulesTriggered: count('rulesTriggered'),
      actionsExecuted: count('actionsExecuted'),
      directMessages: count('directMessages'),
    };
  }

  private async serveDataPlane(): Promise<void> {
    const server = createServer(this.core.dataPlane);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(
      () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the data plane has no port');
    this.dataPlanePort = address.port;
  }
}

/** Resolves when the client's connection is gone. */
export function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    if (client.disconnected && !client.connected && client.stream.destroyed) resolve();
    else client.once('close', () => resolve());
  });
}

/** The next message the client receives. */
export function message(client: MqttClient): Promise<{ topic: string; payload: string; qos: number }> {
  return new Promise((resolve) => {
    client.once('message', (topic, payload, packet) =>
      resolve({ topic, payload: payload.toString(), qos: packet.qos }),
    );
  });
}
