import type { Clock } from '../clock';
import { AwsError } from '../endpoint/aws-error';
import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Access, RoleKeys } from '../iam/access';
import type { Invoker } from '../lambda/invoker';
import type { InvocationResult } from '../lambda/runtime/instance';
import type { CloudPorts } from '../options';
import type { Listening, Service } from '../service';
import type { QueueSender } from '../sqs/queue-sender';
import { arnOf, type StackIdentity } from '../template/resource-type';
import type { Backlog } from './connections/admission';
import { controlPlane } from './control-plane/control-plane';
import type { IotEvent } from './events';
import { IotCore } from './iot-core';
import type { IotDependencies } from './iot-dependencies';
import type { IotCoreOptions } from './iot-options';
import { IOT_LIMITS } from './limits';
import type { IotMeter } from './meter';
import { type CollectedResources, iotResources } from './resources';

interface IotServiceDependencies {
  readonly access: Access & RoleKeys;
  readonly meter: IotMeter;
  readonly clock: Clock;
  readonly stack: StackIdentity;
  readonly invoker: Invoker;
  readonly queues: QueueSender;
  readonly backlog: Backlog;
  /** The host that stands for every AWS-managed endpoint. */
  readonly host: string;
  readonly options: IotCoreOptions;
  readonly onEvent?: ((event: IotEvent) => void) | undefined;
}

/** The names that SDK clients sign with for the data plane. AWS still accepts the older one. */
const DATA_PLANE_NAMES = ['iotdata', 'iotdevicegateway'];

/** AWS IoT Core: broker, rules, data plane and the part of the control plane that tells a stack its host names. */
export class IotService implements Service {
  readonly name = 'iot';
  readonly limits = IOT_LIMITS;
  readonly resources;
  readonly #dependencies: IotServiceDependencies;
  readonly #collected: CollectedResources = { authorizers: [], domainConfigurations: [], rules: [] };
  #core: IotCore | undefined;

  constructor(dependencies: IotServiceDependencies) {
    this.#dependencies = dependencies;
    this.resources = iotResources(this.#collected);
  }

  mount(endpoint: ServiceEndpoint): void {
    const { access, host } = this.#dependencies;
    const arnPrefix = arnOf(this.#dependencies, 'iot', '');
    const { domainConfigurations } = this.#collected;
    endpoint.mount('iot', controlPlane({ access, arnPrefix, host, domainConfigurations }));
    for (const name of DATA_PLANE_NAMES) {
      endpoint.mount(name, (_accessKeyId, request, response) => this.core.dataPlane(request, response));
    }
  }

  /** The IoT Core made from the template. It exists from `open` on; before, this throws. */
  get core(): IotCore {
    if (!this.#core) throw new Error('the message broker has not started yet');
    return this.#core;
  }

  async open({ host, ports, tls }: Listening): Promise<Partial<CloudPorts>> {
    const { options } = this.#dependencies;
    this.#core = new IotCore(coreDependencies(this.#dependencies), this.#collected, options);
    return this.#core.listen({
      host,
      mqttPort: ports.mqtt,
      wsPort: ports.ws,
      ...(ports.mqtts === undefined ? {} : { mqttsPort: ports.mqtts }),
      ...(ports.wss === undefined ? {} : { wssPort: ports.wss }),
      ...(tls && { tls }),
    });
  }

  async idle(): Promise<void> {
    await this.#core?.idle();
  }

  async close(): Promise<void> {
    await this.#core?.close();
  }
}

function coreDependencies(dependencies: IotServiceDependencies): IotDependencies {
  const { access, meter, clock, stack, invoker, queues, backlog, onEvent } = dependencies;
  return {
    region: stack.region,
    account: stack.account,
    clock,
    backlog,
    meter,
    invoke: async (functionArn, event, caller) =>
      payloadOf(await invoker.invoke(functionArn, JSON.stringify(event), caller)),
    invokeAsync: async (functionArn, event, caller) => invoker.invokeAsync(functionArn, JSON.stringify(event), caller),
    sendMessage: async (queueUrl, body, roleArn) => {
      const queue = queues.byUrl(queueUrl);
      if (!queue) throw new AwsError('QueueDoesNotExist', `queue ${queueUrl} does not exist`);
      queues.sendAs(access.accessKeyOf(roleArn), queue, body);
    },
    isAllowed: (accessKeyId, action, resource, context) => access.isAllowed(accessKeyId, action, resource, context),
    ...(onEvent && { onEvent }),
  };
}

function payloadOf(result: InvocationResult): unknown {
  if (result.ok) return JSON.parse(result.payload);
  throw new AwsError(result.error.errorType, result.error.errorMessage, 500);
}
