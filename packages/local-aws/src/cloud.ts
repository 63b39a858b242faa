import { DataDirectory, journalOf } from './data-directory';
import { AwsError } from './endpoint/aws-error';
import { ServiceEndpoint } from './endpoint/service-endpoint';
import type { InvocationResult } from './lambda/runtime/instance';
import { Meter } from './meter/meter';
import type { CloudPorts, EmbeddedCloudOptions } from './options';
import { Scheduler } from './scheduler';
import { type ComposedServices, composeServices, resourceTypesOf } from './services';
import type { StoredMessage } from './sqs/queue';
import { type Deployment, deploy } from './template/deploy';
import { arnOf, type StackIdentity } from './template/resource-type';
import { newUuid } from './uuid';

const HOST = '127.0.0.1';
const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const ANY_PORTS: CloudPorts = { mqtt: 0, ws: 0, http: 0 };

/**
 * AWS on one machine: runs the resources of a synthesized CloudFormation template. It knows nothing about what the
 * stack is for.
 */
export class EmbeddedCloud {
  /** What AWS would bill. */
  readonly meter = new Meter();
  readonly #options: EmbeddedCloudOptions;
  readonly #stack: StackIdentity;
  readonly #rootAccessKeyId: string;
  readonly #endpoint: ServiceEndpoint;
  readonly #scheduler: Scheduler;
  readonly #services: ComposedServices;
  readonly #directory: DataDirectory | undefined;
  #deployment: Deployment = { outputs: {}, physicalIds: new Map() };
  #ports: Partial<CloudPorts> = {};

  private constructor(options: EmbeddedCloudOptions, endpoint: ServiceEndpoint) {
    const { clock, assembly, region = REGION, account = ACCOUNT, host = HOST, dataDir } = options;
    this.#options = options;
    this.#endpoint = endpoint;
    this.#stack = { stackName: assembly.stackName, region, account };
    this.#rootAccessKeyId = `ROOT${newUuid(clock).replaceAll('-', '').slice(0, 16).toUpperCase()}`;
    this.#scheduler = new Scheduler(clock);
    this.#directory =
      dataDir === undefined
        ? undefined
        : new DataDirectory({
            path: dataDir,
            services: () => this.#services.all,
            onLog: (line) => options.onLog?.('data', line),
          });
    this.#services = composeServices({
      options,
      host,
      stack: this.#stack,
      rootAccessKeyId: this.#rootAccessKeyId,
      endpointUrl: endpoint.url,
      meter: this.meter,
      scheduler: this.#scheduler,
      journal: journalOf(this.#directory),
    });
  }

  /**
   * Makes all resources and listens. Rejects with a `TemplateError` when the template asks for something that this
   * cloud cannot do.
   */
  static async start(options: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
    const { dataDir, onLog } = options;
    if (dataDir !== undefined) DataDirectory.prepare(dataDir, (line) => onLog?.('data', line));
    const endpoint = new ServiceEndpoint();
    await endpoint.listen(options.host ?? HOST);
    const cloud = new EmbeddedCloud(options, endpoint);
    try {
      await cloud.#start();
      return cloud;
    } catch (error) {
      await cloud.#end();
      cloud.#directory?.close();
      throw error;
    }
  }

  get region(): string {
    return this.#stack.region;
  }

  get account(): string {
    return this.#stack.account;
  }

  /** The template's outputs, resolved. */
  get outputs(): Readonly<Record<string, string>> {
    return this.#deployment.outputs;
  }

  /** `Ref` of every resource, by logical id. */
  get resources(): ReadonlyMap<string, string> {
    return this.#deployment.physicalIds;
  }

  /** The ports it listens on. `http` and `https` are there only when the template has an HTTP API. */
  get ports(): Partial<CloudPorts> {
    return this.#ports;
  }

  /** Configuration for an SDK client of the host process, which may do everything. */
  get clientConfiguration(): {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  } {
    const credentials = { accessKeyId: this.#rootAccessKeyId, secretAccessKey: 'embedded' };
    return { endpoint: this.#endpoint.url, region: this.region, credentials };
  }

  /** Invokes a function, named by logical id or function name, and waits for its result. */
  invoke(functionName: string, event: unknown): Promise<InvocationResult> {
    return this.#services.lambda.functions.invoke(this.#functionArn(functionName), JSON.stringify(event));
  }

  /** Invokes a function asynchronously: accepted at once, tried up to three times. */
  invokeAsync(functionName: string, event: unknown): void {
    this.#services.lambda.functions.invokeAsync(this.#functionArn(functionName), JSON.stringify(event));
  }

  /** The messages of a queue, named by logical id or queue name, in flight or not. */
  messages(queueName: string): readonly StoredMessage[] {
    const url = this.resources.get(queueName);
    const { all } = this.#services.sqs.queues;
    const queue = all.find(({ configuration: { name, url: own } }) => name === queueName || own === url);
    if (!queue) throw new AwsError('QueueDoesNotExist', `queue ${queueName} does not exist`);
    return queue.messages;
  }

  /** Runs what is due now. Call it after moving a clock by hand. */
  wake(): void {
    this.#scheduler.wake();
  }

  /** Resolves once all rule actions and asynchronous invocations accepted so far have ended, retries included. */
  async idle(): Promise<void> {
    for (const service of this.#services.all) await service.idle?.();
  }

  /** Stops listening, gives running work two seconds to end, and keeps the rest in the data directory. */
  async close(): Promise<void> {
    await this.#end();
    this.#directory?.close();
    this.#directory?.save();
  }

  /**
   * How much has been accepted and is not finished: asynchronous events that run or wait, and messages in queues. After
   * `close` without a data directory it is what was lost.
   */
  get unfinished(): { readonly events: number; readonly messages: number } {
    const { lambda, sqs } = this.#services;
    const count = (entries: Iterable<unknown>): number => [...entries].length;
    return { events: count(lambda.functions.entries()), messages: count(sqs.queues.entries()) };
  }

  async #start(): Promise<void> {
    const { assembly, parameters = {}, host = HOST, ports = ANY_PORTS, tls } = this.#options;
    const { all } = this.#services;
    for (const service of all) service.mount?.(this.#endpoint);
    this.#directory?.restore();
    this.#deployment = await deploy(assembly, resourceTypesOf(all), this.#stack, parameters);
    this.#directory?.open();
    for (const service of all) {
      const bound = await service.open?.({ host, ports, ...(tls && { tls }) });
      this.#ports = { ...this.#ports, ...bound };
    }
    this.#directory?.follow();
  }

  async #end(): Promise<void> {
    for (const service of this.#services.all) await service.close?.();
    this.#scheduler.close();
    await this.#endpoint.close();
  }

  #functionArn(name: string): string {
    return arnOf({ stack: this.#stack }, 'lambda', `function:${this.resources.get(name) ?? name}`);
  }
}
