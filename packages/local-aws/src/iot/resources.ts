import { arnOf, physicalName, type ResourceFactories } from '../template/resource-type';
import { isTemplateObject, TemplateError } from '../template/template';
import type { AuthorizerResource, DomainConfigurationResource, TopicRuleResource } from './iot-resources';

/** What the broker itself checks is passed on as it stands in the template. */
export const iotResources: ResourceFactories = {
  'AWS::IoT::Authorizer': (input) => {
    const name = physicalName(input, 'AuthorizerName');
    const { properties, services } = input;
    const authorizer: AuthorizerResource = {
      AuthorizerName: name,
      AuthorizerFunctionArn: String(properties.AuthorizerFunctionArn),
      SigningDisabled: properties.SigningDisabled === true,
      Status: properties.Status === undefined ? undefined : String(properties.Status),
    };
    services.iot.authorizers.push(authorizer);
    return { ref: name, attributes: { Arn: arnOf(input, 'iot', `authorizer/${name}`) } };
  },
  'AWS::IoT::DomainConfiguration': (input) => {
    const name = physicalName(input, 'DomainConfigurationName');
    const { properties, services } = input;
    const resource = { ...properties, DomainConfigurationName: name };
    services.iot.domainConfigurations.push(resource as unknown as DomainConfigurationResource);
    const arn = arnOf(input, 'iot', `domainconfiguration/${name}/local`);
    return { ref: name, attributes: { Arn: arn, DomainType: 'AWS_MANAGED' } };
  },
  'AWS::IoT::TopicRule': (input) => {
    const name = physicalName(input, 'RuleName').replaceAll('-', '_');
    const { properties, services, logicalId } = input;
    if (!isTemplateObject(properties.TopicRulePayload))
      throw new TemplateError(`${logicalId}: TopicRulePayload is missing`);
    services.iot.rules.push({
      RuleName: name,
      TopicRulePayload: properties.TopicRulePayload,
    } as unknown as TopicRuleResource);
    return { ref: name, attributes: { Arn: arnOf(input, 'iot', `rule/${name}`) } };
  },
};
