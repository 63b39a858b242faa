import type { ApiHosts } from '../apigateway/api-parts';
import { physicalName, type ResourceRequest, type ResourceTypes } from '../template/resource-type';
import { isTemplateObject, TemplateError } from '../template/template';

/** Id of the managed cache policy `CachingDisabled`. */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';

export function cloudFrontResources(apis: ApiHosts): ResourceTypes {
  return {
    'AWS::CloudFront::Function': {
      reads: ['Name'],
      ignores: ['AutoPublish', 'FunctionCode', 'FunctionConfig', 'FunctionMetadata', 'Tags'],
      create: (request) => {
        const name = physicalName(request, 'Name');
        const arn = `arn:aws:cloudfront::${request.stack.account}:function/${name}`;
        return { ref: arn, attributes: { FunctionARN: arn, 'FunctionMetadata.FunctionARN': arn, Stage: 'LIVE' } };
      },
    },
    'AWS::CloudFront::Distribution': {
      reads: ['DistributionConfig'],
      ignores: ['Tags'],
      create: (request) => {
        checkDistribution(request, apis);
        const { logicalId } = request;
        return {
          ref: logicalId,
          attributes: { Id: logicalId, DomainName: `${logicalId.toLowerCase()}.cloudfront.net` },
        };
      },
    },
  };
}

/** A distribution that caches, or has another origin, would run differently and is refused. */
function checkDistribution({ logicalId, properties }: ResourceRequest, apis: ApiHosts): void {
  const { DistributionConfig: config } = properties;
  if (!isTemplateObject(config)) throw new TemplateError(`${logicalId}: DistributionConfig is missing`);
  const hosts = apis.hosts();
  const origins = Array.isArray(config.Origins) ? config.Origins : [];
  for (const origin of origins) {
    const host = isTemplateObject(origin) ? String(origin.DomainName) : '';
    if (!hosts.includes(host)) throw new TemplateError(`${logicalId}: origin ${host} is no API of this stack`);
  }
  const behavior = isTemplateObject(config.DefaultCacheBehavior) ? config.DefaultCacheBehavior : {};
  if (config.CacheBehaviors !== undefined || behavior.CachePolicyId !== CACHING_DISABLED) {
    throw new TemplateError(`${logicalId}: only one behavior, without a cache, is supported`);
  }
}
