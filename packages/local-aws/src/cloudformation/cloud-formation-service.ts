import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Service } from '../service';
import type { ResourceType } from '../template/resource-type';
import { type CustomResourceDependencies, createCustomResource } from './custom-resources';
import { ResponseUploads, UPLOAD_PREFIX } from './response-uploads';

/**
 * AWS CloudFormation, as far as it makes resources itself: custom resources. The code in `template/` reads templates.
 */
export class CloudFormationService implements Service {
  readonly name = 'cloudformation';
  readonly resources;
  readonly #uploads = new ResponseUploads();

  constructor(dependencies: Omit<CustomResourceDependencies, 'uploads'>) {
    const custom: ResourceType = {
      // the function gets all properties
      reads: 'any',
      create: (request) => createCustomResource(request, { ...dependencies, uploads: this.#uploads }),
    };
    this.resources = { 'Custom::*': custom, 'AWS::CloudFormation::CustomResource': custom };
  }

  mount(endpoint: ServiceEndpoint): void {
    endpoint.mountUnsigned(UPLOAD_PREFIX, this.#uploads.receive);
  }
}
