// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's placeholders
import type { TemplateObject, TemplateResource, TemplateValue } from '../../src/template/template';

// Short forms of the resources in the tests' templates.

/** A role with a policy of these statements. */
export function role(...statements: TemplateObject[]): TemplateResource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Statement: [] },
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
      Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }],
    },
  };
}

/** A statement that allows an action. */
export function allow(action: string | string[], resource: TemplateValue, condition?: TemplateObject): TemplateObject {
  return { Effect: 'Allow', Action: action, Resource: resource, ...(condition && { Condition: condition }) };
}

/** A function whose code is the asset `<asset>.zip`. */
export function lambda(asset: string, roleId: string, more: TemplateObject = {}): TemplateResource {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: `${asset}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: attribute(roleId, 'Arn'),
      ...more,
    },
  };
}

/** A table with `pk` and `sk`, and an index `<name>` over `<name>Pk` and `<name>Sk` for each name. */
export function table(indexes: readonly string[] = []): TemplateResource {
  const keys = indexes.flatMap((name) => [`${name}Pk`, `${name}Sk`]);
  return {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', ...keys].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: keySchema('pk', 'sk'),
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((name) => ({
          IndexName: name,
          KeySchema: keySchema(`${name}Pk`, `${name}Sk`),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        })),
      }),
    },
  };
}

function keySchema(hash: string, range: string): TemplateValue {
  return [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
}

export function queue(properties: TemplateObject = {}): TemplateResource {
  return { Type: 'AWS::SQS::Queue', Properties: properties };
}

export function ref(logicalId: string): TemplateObject {
  return { Ref: logicalId };
}

export function attribute(logicalId: string, name: string): TemplateObject {
  return { 'Fn::GetAtt': [logicalId, name] };
}
