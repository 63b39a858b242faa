import { physicalName, type ResourceTypes } from '../template/resource-type';
import type { Parameters } from './parameters';

export function ssmResources(parameters: Parameters): ResourceTypes {
  return {
    'AWS::SSM::Parameter': {
      reads: ['Name', 'Type', 'Value'],
      ignores: ['Description', 'Tier', 'AllowedPattern', 'Tags'],
      create: (request) => {
        const name = physicalName(request, 'Name');
        const { Type: type, Value: value } = request.properties;
        parameters.put(name, String(type), String(value));
        return { ref: name, attributes: { Type: String(type), Value: String(value) } };
      },
    },
  };
}
