import { arnOf, physicalName, type ResourceFactories } from '../template/resource-type';
import { createTableInput } from './table-resource';

export const dynamodbResources: ResourceFactories = {
  'AWS::DynamoDB::Table': async (input) => {
    const name = physicalName(input, 'TableName');
    await input.services.dynamodb.createTable(createTableInput(name, input.properties));
    return { ref: name, attributes: { Arn: arnOf(input, 'dynamodb', `table/${name}`) } };
  },
};
