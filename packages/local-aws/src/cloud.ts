import { join } from 'node:path';
import { HttpApi } from './apigateway/http/http-api';
import { managementApi } from './apigateway/websocket/management-api';
import { WebSocketApi } from './apigateway/websocket/web-socket-api';
import { AwsError } from './endpoint/aws-error';
import { type Foundation, startFoundation } from './foundation';
import type { IotCore } from './iot/iot-core';
import { startIot } from './iot-wiring';
import type { InvocationResult } from './lambda/instance';
import type { Meter } from './meter/meter';
import type { CloudPorts, EmbeddedCloudOptions } from './options';
import type { StoredMessage } from './sqs/queue';
import { readState, writeState } from './state-file';
import { type Deployment, deploy } from './template/deploy';

const ANY_PORTS: CloudPorts = { mqtt: 0, ws: 0, http: 0 };
/** How long `close` waits for running invocations before it ends them, in milliseconds. */
const DRAIN_LIMIT = 2_000;

/** AWS on one machine: runs the resources of a synthesized CloudFormation template. Knows nothing of what the stack is for. */
export class EmbeddedCloud {
  /** What AWS would bill. */
  readonly meter: Meter;
  /** The template's outputs, resolved. */
  readonly outputs: Readonly<Record<string, string>>;
  /** `Ref` of every resource, by logical id. */
  readonly resources: ReadonlyMap<string, string>;
  readonly iot: IotCore;
  readonly #foundation: Foundation;
  readonly #httpApi: HttpApi | undefined;
  readonly #webSocketApi: WebSocketApi | undefined;
  readonly #options: EmbeddedCloudOptions;
  #ports: Partial<CloudPorts> = {};

  private constructor(foundation: Foundation, deployment: Deployment, iot: IotCore, options: EmbeddedCloudOptions) {
    this.#foundation = foundation;
    this.#options = options;
    this.meter = foundation.meter;
    this.outputs = deployment.outputs;
    this.resources = deployment.physicalIds;
    this.iot = iot;
    const webSocketApi = makeWebSocketApi(foundation);
    this.#webSocketApi = webSocketApi;
    this.#httpApi = makeHttpApi(foundation, webSocketApi);
    const { endpoint, iam } = foundation.services;
    endpoint.mount(
      'execute-api',
      managementApi(iam, () => webSocketApi),
    );
  }

  /** Makes all resources and listens. Rejects with a `TemplateError` for what the template asks and this cloud cannot do. */
  static async start(options: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
    const foundation = await startFoundation(options);
    const { services } = foundation;
    const state = options.dataDir === undefined ? undefined : readState(stateFile(options.dataDir));
    try {
      services.ssm.restore(state?.parameters ?? []);
      const deployment = await deploy(options.assembly, services, options.parameters ?? {});
      const cloud = new EmbeddedCloud(foundation, deployment, startIot(foundation, options), options);
      for (const [arn, messages] of Object.entries(state?.queues ?? {})) services.sqs.byArn(arn)?.restore(messages);
      await cloud.#listen();
      for (const mapping of services.mappings) mapping.start();
      services.lambda.restore(state?.asyncEvents ?? {});
      // at once, and not only in close(): a key that a table depends on must survive a crash
      cloud.#keepState();
      services.ssm.onChange(() => cloud.#keepState());
      return cloud;
    } catch (error) {
      await services.lambda.close();
      await services.endpoint.close();
      await foundation.closeDatabase();
      throw error;
    }
  }

  get region(): string {
    return this.#foundation.services.region;
  }

  get account(): string {
    return this.#foundation.services.account;
  }

  /** The ports listened on; `http` and `https` only when the template has an HTTP API. */
  get ports(): Partial<CloudPorts> {
    return this.#ports;
  }

  /** Configuration for an SDK client of the host process, which may do everything. */
  get clientConfiguration(): {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  } {
    const { services, rootAccessKeyId } = this.#foundation;
    const credentials = { accessKeyId: rootAccessKeyId, secretAccessKey: 'embedded' };
    return { endpoint: services.endpoint.url, region: services.region, credentials };
  }

  /** Invokes a function, named by logical id or function name, and waits for how it ended. */
  invoke(functionName: string, event: unknown): Promise<InvocationResult> {
    return this.#foundation.services.lambda.invoke(this.#functionArn(functionName), JSON.stringify(event));
  }

  /** Invokes a function asynchronously: accepted at once, tried up to three times. */
  invokeAsync(functionName: string, event: unknown): void {
    this.#foundation.services.lambda.invokeAsync(this.#functionArn(functionName), JSON.stringify(event));
  }

  /** The messages of a queue, named by logical id or queue name, in flight or not. */
  messages(queueName: string): readonly StoredMessage[] {
    const { sqs } = this.#foundation.services;
    const url = this.resources.get(queueName);
    const queue = sqs.queues.find(({ configuration: { name, url: own } }) => name === queueName || own === url);
    if (!queue) throw new AwsError('QueueDoesNotExist', `queue ${queueName} does not exist`);
    return queue.messages;
  }

  /** Runs what is due by the clock now: call it after moving a manual clock. */
  wake(): void {
    this.#foundation.services.scheduler.wake();
  }

  /** Resolves once all rule actions and asynchronous invocations accepted so far have ended, retries included. */
  async idle(): Promise<void> {
    await this.iot.idle();
    await this.#foundation.services.lambda.idle();
  }

  /** Stops listening, lets running work end for up to two seconds, keeps the rest in the data directory. */
  async close(): Promise<void> {
    const { services, closeDatabase } = this.#foundation;
    this.#webSocketApi?.close();
    await Promise.all([this.#httpApi?.close(), this.iot.close()]);
    const mappings = services.mappings.map((mapping) => mapping.close());
    await withinLimit(Promise.all([...mappings, services.lambda.idle()]));
    await services.lambda.close();
    services.scheduler.close();
    this.#keepState();
    await services.endpoint.close();
    await closeDatabase();
  }

  async #listen(): Promise<void> {
    const { host = '127.0.0.1', tls, ports = ANY_PORTS } = this.#options;
    const iot = await this.iot.listen({
      host,
      mqttPort: ports.mqtt,
      wsPort: ports.ws,
      ...(ports.mqtts === undefined ? {} : { mqttsPort: ports.mqtts }),
      ...(ports.wss === undefined ? {} : { wssPort: ports.wss }),
      ...(tls && { tls }),
    });
    const secure = ports.https === undefined || !tls ? {} : { https: ports.https, tls };
    const http = await this.#httpApi?.listen({ host, http: ports.http, ...secure });
    this.#ports = { ...iot, ...http };
  }

  #functionArn(name: string): string {
    const { region, account } = this.#foundation.services;
    return `arn:aws:lambda:${region}:${account}:function:${this.resources.get(name) ?? name}`;
  }

  #keepState(): void {
    const { dataDir } = this.#options;
    if (dataDir === undefined) return;
    const { ssm, sqs, lambda } = this.#foundation.services;
    const queues = sqs.queues.map(({ configuration, messages }) => [configuration.arn, messages] as const);
    writeState(stateFile(dataDir), {
      parameters: ssm.parameters,
      queues: Object.fromEntries(queues.filter(([, messages]) => messages.length > 0)),
      asyncEvents: lambda.pending(),
    });
  }
}

function stateFile(dataDir: string): string {
  return join(dataDir, 'state.json');
}

function makeWebSocketApi({ services, meter }: Foundation): WebSocketApi | undefined {
  const { region, account, clock, scheduler, lambda, onLog, webSocketApis } = services;
  const [api] = webSocketApis;
  if (!api) return undefined;
  const [apiId, { name, stage, routes, responds }] = api;
  const arn = `arn:aws:execute-api:${region}:${account}:${apiId}`;
  return new WebSocketApi(
    { apiId, stage, name, arn, routes, responds },
    {
      clock,
      scheduler,
      meter,
      invoke: async (functionArn, event, source) => lambda.invoke(functionArn, event, source),
      onLog: (line) => onLog(name, line),
    },
  );
}

/** REST and WebSocket share the port, as they share the host behind CloudFront: upgrade requests are told by themselves. */
function makeHttpApi({ services, meter }: Foundation, webSocketApi: WebSocketApi | undefined): HttpApi | undefined {
  const { region, account, clock, lambda, onLog, httpApis } = services;
  const [api] = httpApis;
  if (!api) return undefined;
  const [apiId, { name, stage, routes }] = api;
  const arn = `arn:aws:execute-api:${region}:${account}:${apiId}`;
  return new HttpApi(
    { apiId, account, stage, name, arn, routes },
    {
      clock,
      meter,
      invoke: async (functionArn, event, source) => lambda.invoke(functionArn, event, source),
      onLog: (line) => onLog(name, line),
      ...(webSocketApi && {
        onUpgrade: (request, socket, head) => void webSocketApi.upgrade(request, socket, head),
      }),
    },
  );
}

async function withinLimit(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_LIMIT);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
