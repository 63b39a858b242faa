import { physicalName, type ResourceFactories } from '../template/resource-type';
import { isTemplateObject, TemplateError } from '../template/template';

/**
 * CloudFront does here what it is for in front of APIs: nothing but to give them one host, which the embedded APIs have
 * anyway. A distribution that caches, or has another origin, would run differently and is refused.
 */
export const cloudfrontResources: ResourceFactories = {
  'AWS::CloudFront::Function': (input) => {
    const name = physicalName(input, 'Name');
    const arn = `arn:aws:cloudfront::${input.services.account}:function/${name}`;
    return { ref: arn, attributes: { FunctionARN: arn, 'FunctionMetadata.FunctionARN': arn, Stage: 'LIVE' } };
  },
  'AWS::CloudFront::Distribution': ({ logicalId, properties, services }) => {
    const { DistributionConfig: config } = properties;
    if (!isTemplateObject(config)) throw new TemplateError(`${logicalId}: DistributionConfig is missing`);
    const hosts = [...services.httpApis.keys(), ...services.webSocketApis.keys()].map(
      (id) => `${id}.execute-api.${services.region}.amazonaws.com`,
    );
    const origins = Array.isArray(config.Origins) ? config.Origins : [];
    for (const origin of origins) {
      const host = isTemplateObject(origin) ? String(origin.DomainName) : '';
      if (!hosts.includes(host)) throw new TemplateError(`${logicalId}: origin ${host} is no API of this stack`);
    }
    const behavior = isTemplateObject(config.DefaultCacheBehavior) ? config.DefaultCacheBehavior : {};
    if (config.CacheBehaviors !== undefined || behavior.CachePolicyId !== CACHING_DISABLED) {
      throw new TemplateError(`${logicalId}: only one behavior, without a cache, is supported`);
    }
    return { ref: logicalId, attributes: { Id: logicalId, DomainName: `${logicalId.toLowerCase()}.cloudfront.net` } };
  },
};

/** The id of the policy that AWS manages. */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
