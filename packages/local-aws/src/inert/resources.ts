import { arnOf, physicalName, type ResourceFactories } from '../template/resource-type';

/** Resources that change nothing here at run time: logs, alarms, metadata. Each type is named, so that no other slips in. */
export const inertResources: ResourceFactories = {
  'AWS::CDK::Metadata': ({ logicalId }) => ({ ref: logicalId, attributes: {} }),
  'AWS::CloudWatch::Alarm': (input) => {
    const name = physicalName(input, 'AlarmName');
    return { ref: name, attributes: { Arn: arnOf(input, 'cloudwatch', `alarm:${name}`) } };
  },
  'AWS::CloudWatch::Dashboard': ({ logicalId }) => ({ ref: logicalId, attributes: {} }),
  'AWS::IoT::Logging': ({ logicalId }) => ({ ref: logicalId, attributes: {} }),
  'AWS::Logs::LogGroup': (input) => {
    const name = physicalName(input, 'LogGroupName');
    return { ref: name, attributes: { Arn: arnOf(input, 'logs', `log-group:${name}:*`) } };
  },
  'AWS::Logs::MetricFilter': ({ logicalId }) => ({ ref: logicalId, attributes: {} }),
};
