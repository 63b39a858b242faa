import { arnOf, physicalName, type ResourceType, type ResourceTypes } from '../template/resource-type';

const namedById: ResourceType = { reads: 'any', create: ({ logicalId }) => ({ ref: logicalId, attributes: {} }) };

/** Each type is listed by name, so that no other type of these services is accepted by accident. */
export const inertResources: ResourceTypes = {
  'AWS::CDK::Metadata': namedById,
  'AWS::CloudWatch::Alarm': {
    reads: 'any',
    create: (request) => {
      const name = physicalName(request, 'AlarmName');
      return { ref: name, attributes: { Arn: arnOf(request, 'cloudwatch', `alarm:${name}`) } };
    },
  },
  'AWS::CloudWatch::Dashboard': namedById,
  'AWS::Logs::LogGroup': {
    reads: 'any',
    create: (request) => {
      const name = physicalName(request, 'LogGroupName');
      return { ref: name, attributes: { Arn: arnOf(request, 'logs', `log-group:${name}:*`) } };
    },
  },
  'AWS::Logs::MetricFilter': namedById,
};
