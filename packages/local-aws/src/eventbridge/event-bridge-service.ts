import type { Clock } from '../clock';
import { mountAwsJson } from '../endpoint/aws-json';
import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Access } from '../iam/access';
import type { Invoker } from '../lambda/invoker';
import type { Meter } from '../meter/meter';
import type { Scheduler } from '../scheduler';
import type { Service } from '../service';
import type { QueueSender } from '../sqs/queue-sender';
import type { StackIdentity } from '../template/resource-type';
import { EventBridgeApi } from './event-bridge-api';
import { EventBuses } from './event-buses';
import { EVENTBRIDGE_LIMITS } from './limits';
import { eventBridgeResources } from './resources';

interface EventBridgeDependencies {
  readonly access: Access;
  readonly meter: Pick<Meter, 'eventBridgeEvent'>;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly stack: StackIdentity;
  readonly invoker: Pick<Invoker, 'invokeAsync'>;
  readonly queues: QueueSender;
  onLog(source: string, line: string): void;
}

/**
 * Amazon EventBridge: buses, rules that match events, and schedules. It keeps no state: Lambda or SQS hold its events.
 */
export class EventBridgeService implements Service {
  readonly name = 'eventbridge';
  readonly limits = EVENTBRIDGE_LIMITS;
  readonly resources;
  readonly #api: EventBridgeApi;

  constructor(dependencies: EventBridgeDependencies) {
    const { access, meter, clock, stack } = dependencies;
    const buses = new EventBuses();
    const frame = { clock, region: stack.region, account: stack.account };
    this.#api = new EventBridgeApi({ buses, access, meter, frame });
    this.resources = eventBridgeResources({ ...dependencies, buses, frame });
  }

  mount(endpoint: ServiceEndpoint): void {
    mountAwsJson(endpoint, 'events', this.#api);
  }
}
