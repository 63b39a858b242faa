import { allowOnly, physicalName, type ResourceFactories } from '../template/resource-type';

export const ssmResources: ResourceFactories = {
  'AWS::SSM::Parameter': (input) => {
    allowOnly(input, ['Name', 'Type', 'Value', 'Description', 'Tier', 'AllowedPattern', 'Tags']);
    const name = physicalName(input, 'Name');
    const { Type: type, Value: value } = input.properties;
    input.services.ssm.put(name, String(type), String(value));
    return { ref: name, attributes: { Type: String(type), Value: String(value) } };
  },
};
