import type { ApiHosts } from '../apigateway/api-parts';
import type { Service } from '../service';
import { cloudFrontResources } from './resources';

/**
 * Amazon CloudFront in front of the stack's own APIs, without a cache. The embedded APIs share one host already, so
 * nothing runs here. CloudFront functions are accepted and not run.
 */
export class CloudFrontService implements Service {
  readonly name = 'cloudfront';
  readonly resources;

  constructor(apis: ApiHosts) {
    this.resources = cloudFrontResources(apis);
  }
}
