import type { Clock } from '../clock';
import { mountAwsJson } from '../endpoint/aws-json';
import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Access } from '../iam/access';
import type { Service } from '../service';
import type { StackIdentity } from '../template/resource-type';
import { Parameters } from './parameters';
import { ssmResources } from './resources';
import { SsmApi } from './ssm-api';

/** Parameter Store of AWS Systems Manager. */
export class SsmService implements Service {
  readonly name = 'ssm';
  readonly resources;
  readonly parameters: Parameters;
  readonly state: Parameters;
  readonly #api: SsmApi;

  constructor({ access, clock, stack }: { access: Access; clock: Clock; stack: StackIdentity }) {
    this.parameters = new Parameters(clock);
    this.state = this.parameters;
    this.resources = ssmResources(this.parameters);
    this.#api = new SsmApi(this.parameters, access, stack);
  }

  mount(endpoint: ServiceEndpoint): void {
    mountAwsJson(endpoint, 'ssm', this.#api);
  }
}
