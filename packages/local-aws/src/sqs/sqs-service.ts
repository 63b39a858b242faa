import type { Clock } from '../clock';
import { mountAwsJson } from '../endpoint/aws-json';
import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Access } from '../iam/access';
import type { Journal } from '../journal';
import type { Meter } from '../meter/meter';
import type { Scheduler } from '../scheduler';
import type { Service } from '../service';
import { SQS_LIMITS } from './limits';
import { Queues } from './queues';
import { sqsResources } from './resources';
import { SqsApi } from './sqs-api';

interface SqsDependencies {
  readonly access: Access;
  readonly meter: Pick<Meter, 'sqsRequest'>;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly journal: Journal;
  /** The URL of the endpoint. Queue URLs begin with it. */
  readonly endpointUrl: string;
}

/** Amazon SQS: standard and FIFO queues. Their messages outlive the process. */
export class SqsService implements Service {
  readonly name = 'sqs';
  readonly limits = SQS_LIMITS;
  readonly resources;
  readonly queues: Queues;
  readonly state: Queues;
  readonly #api: SqsApi;

  constructor({ access, meter, clock, scheduler, endpointUrl, journal }: SqsDependencies) {
    this.queues = new Queues(access, meter);
    this.state = this.queues;
    this.resources = sqsResources(this.queues, { clock, scheduler, endpointUrl, journal });
    this.#api = new SqsApi(this.queues, scheduler);
  }

  mount(endpoint: ServiceEndpoint): void {
    mountAwsJson(endpoint, 'sqs', this.#api);
  }
}
