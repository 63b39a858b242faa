import { describe, expect, it } from 'vitest';
import { Iam } from '../../src/iam/iam';
import { evaluate, parsePolicy } from '../../src/iam/policy';
import { TemplateError, type TemplateObject } from '../../src/template/template';

const TABLE = 'arn:aws:dynamodb:us-east-1:1:table/Data';

function verdict(
  statement: TemplateObject | TemplateObject[],
  action: string,
  resource = TABLE,
  context = {},
  principals = ['me'],
) {
  return evaluate(parsePolicy({ Statement: statement }, 'test'), { action, resource, context, principals });
}

describe('policy evaluation', () => {
  it.each<[string, TemplateObject | TemplateObject[], string, string]>([
    [
      'an exact action and resource',
      { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE },
      'dynamodb:GetItem',
      'allowed',
    ],
    [
      'an action in other letters',
      { Effect: 'Allow', Action: 'DynamoDB:getitem', Resource: '*' },
      'dynamodb:GetItem',
      'allowed',
    ],
    ['another action', { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE }, 'dynamodb:PutItem', 'neither'],
    [
      'wildcards',
      { Effect: 'Allow', Action: 'dynamodb:*Item', Resource: 'arn:*:table/D?ta' },
      'dynamodb:PutItem',
      'allowed',
    ],
    ['another resource', { Effect: 'Allow', Action: '*', Resource: `${TABLE}2` }, 'dynamodb:GetItem', 'neither'],
    ['NotAction', { Effect: 'Allow', NotAction: 'dynamodb:Put*', Resource: '*' }, 'dynamodb:PutItem', 'neither'],
    ['NotResource', { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:*' }, 'dynamodb:PutItem', 'allowed'],
    [
      'Deny over Allow, whatever the order',
      [
        { Effect: 'Deny', Action: 'dynamodb:Put*', Resource: '*' },
        { Effect: 'Allow', Action: '*', Resource: '*' },
      ],
      'dynamodb:PutItem',
      'denied',
    ],
  ])('%s', (_name, statement, action, expected) => {
    expect(verdict(statement, action)).toBe(expected);
  });

  it.each<[string, TemplateObject, Record<string, string>, string]>([
    ['StringEquals met', { StringEquals: { 'iot:Topic': ['a', 's/ds'] } }, { 'iot:Topic': 's/ds' }, 'allowed'],
    ['StringEquals not met', { StringEquals: { 'iot:Topic': 's/d*' } }, { 'iot:Topic': 's/ds' }, 'neither'],
    [
      'StringLike met, key in other letters',
      { StringLike: { 'IOT:topic': 's/d*' } },
      { 'iot:Topic': 's/ds' },
      'allowed',
    ],
    [
      'StringNotEquals with the value',
      { StringNotEquals: { 'iot:Topic': 's/ds' } },
      { 'iot:Topic': 's/ds' },
      'neither',
    ],
    ['a positive operator without the key', { StringEquals: { 'iot:Topic': 'x' } }, {}, 'neither'],
    ['IfExists without the key', { StringEqualsIfExists: { 'iot:Topic': 'x' } }, {}, 'allowed'],
    [
      'ArnLike',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:iot:*' } },
      { 'aws:SourceArn': 'arn:aws:iot:x:1:rule/r' },
      'allowed',
    ],
    ['Bool', { Bool: { 'aws:SecureTransport': false } }, { 'aws:SecureTransport': 'true' }, 'neither'],
    ['two keys, one not met', { StringEquals: { a: '1', b: '2' } }, { a: '1', b: '3' }, 'neither'],
  ])('condition: %s', (_name, Condition, context, expected) => {
    expect(verdict({ Effect: 'Allow', Action: '*', Resource: '*', Condition }, 'x:Y', 'r', context)).toBe(expected);
  });

  it('checks the principal of a resource policy', () => {
    const statement = { Effect: 'Allow', Action: '*', Resource: '*', Principal: { AWS: 'me' } };
    expect(verdict(statement, 'x:Y')).toBe('allowed');
    expect(verdict(statement, 'x:Y', 'r', {}, ['you'])).toBe('neither');
    expect(verdict({ ...statement, Principal: '*' }, 'x:Y', 'r', {}, ['you'])).toBe('allowed');
  });

  it('refuses an operator that it cannot evaluate, naming it and the policy', () => {
    const statement = { Effect: 'Allow', Action: '*', Resource: '*', Condition: { NumericLessThan: { a: '1' } } };
    expect(() => parsePolicy({ Statement: statement }, 'TheRole')).toThrow(
      'TheRole: condition operator NumericLessThan',
    );
    expect(() => parsePolicy({ Statement: statement }, 'TheRole')).toThrow(TemplateError);
  });
});

describe('roles', () => {
  const iam = new Iam('root');
  iam.addRole('r1', 'arn:r1', {
    Policies: [{ PolicyDocument: { Statement: { Effect: 'Allow', Action: 'sqs:*', Resource: 'q' } } }],
  });
  iam.addPolicy('P', {
    Roles: ['r1'],
    PolicyDocument: { Statement: { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: 'p' } },
  });
  const key = iam.accessKeyOf('arn:r1');

  it('have what is inline and what is attached, and nothing else', () => {
    expect(iam.isAllowed(key, 'sqs:SendMessage', 'q')).toBe(true);
    expect(iam.isAllowed(key, 'ssm:GetParameter', 'p')).toBe(true);
    expect(iam.isAllowed(key, 'ssm:PutParameter', 'p')).toBe(false);
    expect(iam.isAllowed('nobody', 'sqs:SendMessage', 'q')).toBe(false);
    expect(iam.isAllowed('root', 'anything:At', 'all')).toBe(true);
  });

  it('a resource policy may add or deny', () => {
    const open = parsePolicy(
      { Statement: { Effect: 'Allow', Principal: { AWS: 'arn:r1' }, Action: 'sqs:*', Resource: 'other' } },
      'q',
    );
    expect(iam.isAllowed(key, 'sqs:SendMessage', 'other', {}, open)).toBe(true);
    const secure = { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: 'q' };
    const insecureOnly = parsePolicy(
      { Statement: { ...secure, Condition: { Bool: { 'aws:SecureTransport': 'false' } } } },
      'q',
    );
    expect(iam.isAllowed(key, 'sqs:SendMessage', 'q', {}, insecureOnly)).toBe(true);
    expect(iam.isAllowed(key, 'sqs:SendMessage', 'q', {}, parsePolicy({ Statement: secure }, 'q'))).toBe(false);
  });

  it('with what cannot be evaluated are refused by name', () => {
    expect(() =>
      iam.addRole('r2', 'arn:r2', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
    ).toThrow('managed policy arn:aws:iam::aws:policy/AdministratorAccess');
    expect(() => iam.addRole('r3', 'arn:r3', { PermissionsBoundary: 'arn:b' })).toThrow('PermissionsBoundary');
    expect(() => iam.addPolicy('P2', { Roles: ['ghost'], PolicyDocument: { Statement: [] } })).toThrow('role ghost');
  });
});
