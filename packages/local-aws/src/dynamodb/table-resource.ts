import { TemplateError, type TemplateObject } from '../template/template';

/** Properties of `AWS::DynamoDB::Table` that `CreateTable` takes as they are. */
export const TABLE_INPUT = ['AttributeDefinitions', 'KeySchema', 'GlobalSecondaryIndexes', 'LocalSecondaryIndexes'];

/** The input of `CreateTable` for a resolved `AWS::DynamoDB::Table`. */
export function createTableInput(name: string, properties: TemplateObject): Record<string, unknown> {
  if (properties.BillingMode !== 'PAY_PER_REQUEST')
    throw new TemplateError(`table ${name}: only PAY_PER_REQUEST is supported`);
  const passed = TABLE_INPUT.filter((property) => properties[property] !== undefined);
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    ...Object.fromEntries(passed.map((property) => [property, properties[property]])),
  };
}
