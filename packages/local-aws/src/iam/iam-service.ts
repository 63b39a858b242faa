import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Service } from '../service';
import type { Iam } from './iam';
import { iamResources } from './resources';

/** AWS Identity and Access Management: roles and policies of the template. Its own HTTP API is not embedded. */
export class IamService implements Service {
  readonly name = 'iam';
  readonly resources;
  readonly #iam: Iam;

  constructor(iam: Iam) {
    this.#iam = iam;
    this.resources = iamResources(iam);
  }

  /** The endpoint serves only callers whose key is known here. */
  mount(endpoint: ServiceEndpoint): void {
    endpoint.admit((accessKeyId) => this.#iam.isKnown(accessKeyId));
  }
}
