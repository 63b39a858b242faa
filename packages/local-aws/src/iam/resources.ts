import { arnOf, physicalName, type ResourceFactories } from '../template/resource-type';

export const iamResources: ResourceFactories = {
  'AWS::IAM::Role': (input) => {
    const name = physicalName(input, 'RoleName');
    const arn = arnOf(input, 'iam', `role/${name}`).replace(`:${input.services.region}:`, '::');
    input.services.iam.addRole(name, arn, input.properties);
    return { ref: name, attributes: { Arn: arn, RoleId: name } };
  },
  'AWS::IAM::Policy': (input) => {
    input.services.iam.addPolicy(input.logicalId, input.properties);
    return { ref: physicalName(input, 'PolicyName'), attributes: {} };
  },
};
