import type { ResourceReference } from '../template/intrinsics';
import { arnOf, physicalName, type ResourceRequest, type ResourceTypes } from '../template/resource-type';
import { isTemplateObject, TemplateError } from '../template/template';
import type { AuthorizerResource, DomainConfigurationResource, TopicRuleResource } from './iot-resources';

/** The IoT resources of the template, collected until the broker is made from them. */
export interface CollectedResources {
  readonly authorizers: AuthorizerResource[];
  readonly domainConfigurations: DomainConfigurationResource[];
  readonly rules: TopicRuleResource[];
}

/** Hands the resources on as they are in the template. The broker checks what is in them. */
export function iotResources(collected: CollectedResources): ResourceTypes {
  return {
    'AWS::IoT::Authorizer': {
      reads: ['AuthorizerName', 'AuthorizerFunctionArn', 'SigningDisabled', 'Status'],
      ignores: ['EnableCachingForHttp', 'Tags', 'TokenKeyName', 'TokenSigningPublicKeys'],
      create: (request) => createAuthorizer(request, collected),
    },
    'AWS::IoT::DomainConfiguration': {
      reads: [
        'DomainConfigurationName',
        'ApplicationProtocol',
        'AuthenticationType',
        'AuthorizerConfig',
        'DomainConfigurationStatus',
      ],
      ignores: [
        'DomainName',
        'ServerCertificateArns',
        'ServerCertificateConfig',
        'ServiceType',
        'Tags',
        'TlsConfig',
        'ValidationCertificateArn',
      ],
      create: (request) => createDomainConfiguration(request, collected),
    },
    'AWS::IoT::Logging': {
      reads: [],
      ignores: ['AccountId', 'DefaultLogLevel', 'EventConfigurations', 'RoleArn'],
      create: ({ logicalId }) => ({ ref: logicalId, attributes: {} }),
    },
    'AWS::IoT::TopicRule': {
      reads: ['RuleName', 'TopicRulePayload'],
      ignores: ['Tags'],
      create: (request) => createTopicRule(request, collected),
    },
  };
}

function createAuthorizer(request: ResourceRequest, { authorizers }: CollectedResources): ResourceReference {
  const name = physicalName(request, 'AuthorizerName');
  const { AuthorizerFunctionArn, SigningDisabled, Status } = request.properties;
  authorizers.push({
    AuthorizerName: name,
    AuthorizerFunctionArn: String(AuthorizerFunctionArn),
    SigningDisabled: SigningDisabled === true,
    Status: Status === undefined ? undefined : String(Status),
  });
  return { ref: name, attributes: { Arn: arnOf(request, 'iot', `authorizer/${name}`) } };
}

function createDomainConfiguration(request: ResourceRequest, collected: CollectedResources): ResourceReference {
  const name = physicalName(request, 'DomainConfigurationName');
  const resource = { ...request.properties, DomainConfigurationName: name };
  collected.domainConfigurations.push(resource as unknown as DomainConfigurationResource);
  const arn = arnOf(request, 'iot', `domainconfiguration/${name}/local`);
  return { ref: name, attributes: { Arn: arn, DomainType: 'AWS_MANAGED' } };
}

function createTopicRule(request: ResourceRequest, { rules }: CollectedResources): ResourceReference {
  const name = physicalName(request, 'RuleName').replaceAll('-', '_');
  const { TopicRulePayload } = request.properties;
  if (!isTemplateObject(TopicRulePayload)) {
    throw new TemplateError(`${request.logicalId}: TopicRulePayload is missing`);
  }
  rules.push({ RuleName: name, TopicRulePayload } as unknown as TopicRuleResource);
  return { ref: name, attributes: { Arn: arnOf(request, 'iot', `rule/${name}`) } };
}
