import type { ApiHosts } from '../apigateway/api-parts';
import type { Service } from '../service';
import { cloudFrontResources } from './resources';

/**
 * Amazon CloudFront, as far as it gives APIs one host and does nothing else: the embedded APIs have one anyway, so
 * nothing runs here. Functions at its edge are accepted and not run.
 */
export class CloudFrontService implements Service {
  readonly name = 'cloudfront';
  readonly resources;

  constructor(apis: ApiHosts) {
    this.resources = cloudFrontResources(apis);
  }
}
