import { describe, expect, it } from 'vitest';
import { EMULATOR_TENANT, portableRule } from '../../cdk/emulator';
import { resourcesOf, templateOf } from './synthesized';

const emulator = templateOf({ target: 'emulator' });
const aws = templateOf();

const functionsTold = (template: typeof aws, name: string): readonly unknown[] =>
  Object.values(resourcesOf(template, 'AWS::Lambda::Function'))
    .map((resource) => resource.Properties ?? {})
    .filter(({ Environment }) => JSON.stringify(Environment ?? {}).includes(`"${name}"`))
    .map(({ FunctionName }) => FunctionName);

describe('on an emulator', () => {
  it('lets clients in that no authorizer claimed, and nowhere else', () => {
    expect(functionsTold(emulator, 'DEFAULT_TENANT')).toEqual(['cirrus-ingest', 'cirrus-lifecycle']);
    expect(JSON.stringify(emulator.toJSON())).toContain(`"DEFAULT_TENANT":"${EMULATOR_TENANT}"`);
    expect(functionsTold(aws, 'DEFAULT_TENANT')).toEqual([]);
  });

  it('keeps nothing when the stack goes', () => {
    emulator.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
  });

  it('has no array in the SQL of a rule', () => {
    const rules = Object.values(resourcesOf(emulator, 'AWS::IoT::TopicRule'));
    expect(rules).toHaveLength(Object.keys(resourcesOf(aws, 'AWS::IoT::TopicRule')).length);
    for (const rule of rules) expect(JSON.stringify(rule)).not.toMatch(/IN \[/);
  });
});

describe('a portable rule', () => {
  const rule = {
    name: 'any',
    description: 'Any',
    sql: "SELECT * FROM '+/us' WHERE topic(1) IN ['s','t'] AND topic(2) <> 'x'",
  };

  it('compares instead of looking into an array', () => {
    expect(portableRule(rule, 'emulator')).toEqual({
      ...rule,
      sql: "SELECT * FROM '+/us' WHERE (topic(1) = 's' OR topic(1) = 't') AND topic(2) <> 'x'",
    });
  });

  it('is the rule itself on AWS', () => {
    expect(portableRule(rule, 'aws')).toBe(rule);
  });
});
