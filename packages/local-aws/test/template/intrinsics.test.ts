// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's placeholders
import { describe, expect, it } from 'vitest';
import { Intrinsics } from '../../src/template/intrinsics';
import { creationOrder } from '../../src/template/order';
import { type Template, TemplateError, type TemplateValue } from '../../src/template/template';

const PSEUDO = {
  region: 'eu-west-1',
  accountId: '123',
  stackName: 'app',
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
};
const TEMPLATE: Template = {
  Resources: {},
  Parameters: { Stage: { Type: 'String', Default: 'dev' }, Needed: { Type: 'String' } },
  Mappings: { Sizes: { small: { memory: 128 } } },
  Conditions: {
    IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
    IsProd: { 'Fn::Not': [{ Condition: 'IsDev' }] },
    Both: { 'Fn::And': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
    Odd: { 'Fn::Contains': [] },
  },
};

function intrinsics(): Intrinsics {
  const made = new Intrinsics(TEMPLATE, PSEUDO);
  made.define('Queue', { ref: 'https://queue', attributes: { Arn: 'arn:queue', 'Nested.Name': 'deep' } });
  return made;
}

describe('intrinsic functions', () => {
  it.each<[string, TemplateValue, TemplateValue]>([
    ['Ref of a resource', { Ref: 'Queue' }, 'https://queue'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['Ref of a parameter', { Ref: 'Stage' }, 'dev'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    ['GetAtt as a text', { 'Fn::GetAtt': 'Queue.Nested.Name' }, 'deep'],
    ['Join', { 'Fn::Join': [':', ['a', { Ref: 'AWS::AccountId' }, 7]] }, 'a:123:7'],
    [
      'Sub',
      { 'Fn::Sub': '${Queue.Arn}/${Queue}/${!Literal}/${AWS::Partition}' },
      'arn:queue/https://queue/${Literal}/aws',
    ],
    [
      'Sub with variables',
      { 'Fn::Sub': ['${x}-${Stage}', { x: { 'Fn::GetAtt': ['Queue', 'Arn'] } }] },
      'arn:queue-dev',
    ],
    ['Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Select of Split', { 'Fn::Select': [2, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'c'],
    ['If true', { 'Fn::If': ['IsDev', { Ref: 'Queue' }, 'no'] }, 'https://queue'],
    ['If false', { 'Fn::If': ['IsProd', 'no', 'yes'] }, 'yes'],
    ['If of And', { 'Fn::If': ['Both', 'yes', 'no'] }, 'no'],
    ['If of Or', { 'Fn::If': ['Either', 'yes', 'no'] }, 'yes'],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 128],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['NoValue in a list', [1, { 'Fn::If': ['IsProd', 2, { Ref: 'AWS::NoValue' }] }], [1]],
    ['an object that only looks like one', { Ref: 'x', other: 1 }, { Ref: 'x', other: 1 }],
  ])('%s', (_name, value, expected) => {
    expect(intrinsics().resolve(value)).toEqual(expected);
  });

  it.each<[TemplateValue, string]>([
    [{ 'Fn::ImportValue': 'x' }, 'Fn::ImportValue is not supported'],
    [{ Ref: 'Nobody' }, 'Ref to Nobody'],
    [{ Ref: 'Needed' }, 'parameter Needed has no value'],
    [{ 'Fn::GetAtt': ['Queue', 'Color'] }, 'Queue.Color'],
    [{ 'Fn::Select': [5, ['a']] }, 'no element 5'],
    [{ 'Fn::FindInMap': ['Sizes', 'huge', 'memory'] }, 'Sizes.huge.memory'],
    [{ 'Fn::If': ['Nothing', 1, 2] }, 'condition Nothing'],
    [{ 'Fn::If': ['Odd', 1, 2] }, 'Fn::Contains is not supported'],
    [{ 'Fn::Join': 'x' }, 'Fn::Join needs a list of 2'],
  ])('%j is refused by name', (value, message) => {
    expect(() => intrinsics().resolve(value)).toThrow(TemplateError);
    expect(() => intrinsics().resolve(value)).toThrow(message);
  });
});

describe('creation order', () => {
  const resource = (Properties: Record<string, TemplateValue>, DependsOn: string[] = []) => ({
    Type: 'T',
    Properties,
    DependsOn,
  });

  it('puts every resource after those it refers to', () => {
    const order = creationOrder({
      Resources: {
        A: resource({ x: { 'Fn::Sub': ['${B.Arn}-${y}', { y: { Ref: 'C' } }] } }),
        B: resource({ x: [{ deep: { 'Fn::GetAtt': ['D', 'Arn'] } }] }),
        C: resource({}, ['B']),
        D: resource({ x: { 'Fn::GetAtt': 'E.Arn' }, region: { Ref: 'AWS::Region' } }),
        E: resource({ x: { 'Fn::Sub': '${!B} and ${AWS::Region}' } }),
      },
    });
    expect(order).toEqual(['E', 'D', 'B', 'C', 'A']);
  });

  it('names a circle', () => {
    const circle = { Resources: { A: resource({ x: { Ref: 'B' } }), B: resource({}, ['A']) } };
    expect(() => creationOrder(circle)).toThrow('circular dependency: A -> B -> A');
  });
});
