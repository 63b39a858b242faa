import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Service } from '../service';
import type { ResourceType } from '../template/resource-type';
import { type CustomResourceDependencies, createCustomResource } from './custom-resources';
import { ResponseUploads, UPLOAD_PREFIX } from './response-uploads';

/** What AWS CloudFormation itself makes: custom resources. Templates as such are read in `template/`. */
export class CloudFormationService implements Service {
  readonly name = 'cloudformation';
  readonly resources;
  readonly #uploads = new ResponseUploads();

  constructor(dependencies: Omit<CustomResourceDependencies, 'uploads'>) {
    const custom: ResourceType = {
      // the function gets them all
      reads: 'any',
      create: (request) => createCustomResource(request, { ...dependencies, uploads: this.#uploads }),
    };
    this.resources = { 'Custom::*': custom, 'AWS::CloudFormation::CustomResource': custom };
  }

  mount(endpoint: ServiceEndpoint): void {
    endpoint.mountUnsigned(UPLOAD_PREFIX, this.#uploads.receive);
  }
}
