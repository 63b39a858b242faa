import { TemplateError, type TemplateObject } from '../template/template';

/** Properties of `AWS::DynamoDB::Table` that `CreateTable` takes as they are. */
const PASSED = ['AttributeDefinitions', 'KeySchema', 'GlobalSecondaryIndexes', 'LocalSecondaryIndexes'];
const WITHOUT_EFFECT = new Set([
  'BillingMode',
  'TableName',
  'PointInTimeRecoverySpecification',
  'SSESpecification',
  'Tags',
  'TableClass',
  'DeletionProtectionEnabled',
  'TimeToLiveSpecification',
  'ContributorInsightsSpecification',
]);

/** The input of `CreateTable` for a resolved `AWS::DynamoDB::Table`. Streams and what is unknown are an error at start. */
export function createTableInput(name: string, properties: TemplateObject): Record<string, unknown> {
  for (const property of Object.keys(properties)) {
    if (!PASSED.includes(property) && !WITHOUT_EFFECT.has(property)) {
      throw new TemplateError(`table ${name}: property ${property} is not supported`);
    }
  }
  if (properties.BillingMode !== 'PAY_PER_REQUEST')
    throw new TemplateError(`table ${name}: only PAY_PER_REQUEST is supported`);
  const passed = PASSED.filter((property) => properties[property] !== undefined);
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    ...Object.fromEntries(passed.map((property) => [property, properties[property]])),
  };
}
