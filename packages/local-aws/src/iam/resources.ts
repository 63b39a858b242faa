import { arnOf, physicalName, type ResourceTypes } from '../template/resource-type';
import type { Iam } from './iam';

export function iamResources(iam: Iam): ResourceTypes {
  return {
    'AWS::IAM::Role': {
      reads: ['RoleName', 'ManagedPolicyArns', 'Policies', 'PermissionsBoundary'],
      ignores: ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Path', 'Tags'],
      create: (request) => {
        const name = physicalName(request, 'RoleName');
        // IAM belongs to no Region
        const arn = arnOf({ stack: { ...request.stack, region: '' } }, 'iam', `role/${name}`);
        iam.addRole(name, arn, request.properties);
        return { ref: name, attributes: { Arn: arn, RoleId: name } };
      },
    },
    'AWS::IAM::Policy': {
      reads: ['PolicyName', 'PolicyDocument', 'Roles'],
      create: (request) => {
        iam.addPolicy(request.logicalId, request.properties);
        return { ref: physicalName(request, 'PolicyName'), attributes: {} };
      },
    },
  };
}
