import { arnOf, physicalName, type ResourceTypes } from '../template/resource-type';
import type { Dynamodb } from './dynamodb';
import { createTableInput, TABLE_INPUT } from './table-resource';

export function dynamodbResources(database: Dynamodb): ResourceTypes {
  return {
    'AWS::DynamoDB::Table': {
      reads: ['TableName', 'BillingMode', ...TABLE_INPUT],
      ignores: [
        'ContributorInsightsSpecification',
        'DeletionProtectionEnabled',
        'PointInTimeRecoverySpecification',
        'SSESpecification',
        'TableClass',
        'Tags',
        'TimeToLiveSpecification',
      ],
      create: async (request) => {
        const name = physicalName(request, 'TableName');
        await database.createTable(createTableInput(name, request.properties));
        return { ref: name, attributes: { Arn: arnOf(request, 'dynamodb', `table/${name}`) } };
      },
    },
  };
}
