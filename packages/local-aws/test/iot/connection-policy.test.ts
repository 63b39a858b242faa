import { describe, expect, it } from 'vitest';
import { ConnectionPolicy, PolicyError } from '../../src/iot/authorization/connection-policy';
import { ARN, EVERYTHING, policy, statement } from './harness';

describe('policies', () => {
  const read = (...documents: object[]) => ConnectionPolicy.parse(documents, 'd:1');

  it('allow nothing by default, and deny explicitly', () => {
    expect(read().allows('iot:Publish', `${ARN}:topic/a`)).toBe(false);
    const deny = { ...statement('iot:Publish', 'topic/secret/*'), Effect: 'Deny' };
    const mixed = read(EVERYTHING, policy(deny));
    expect(mixed.allows('iot:Publish', `${ARN}:topic/a`)).toBe(true);
    expect(mixed.allows('iot:Publish', `${ARN}:topic/secret/a/b`)).toBe(false);
    expect(mixed.allows('iot:Receive', `${ARN}:topic/secret/a/b`)).toBe(true);
  });

  it('take + and # for plain characters', () => {
    const literal = read(policy(statement('iot:Subscribe', 'topicfilter/s/#')));
    expect(literal.allows('iot:Subscribe', `${ARN}:topicfilter/s/#`)).toBe(true);
    expect(literal.allows('iot:Subscribe', `${ARN}:topicfilter/s/us`)).toBe(false);
    const wide = read(policy(statement('iot:Subscribe', 'topicfilter/s/*')));
    expect(wide.allows('iot:Subscribe', `${ARN}:topicfilter/s/#`)).toBe(true);
  });

  it('know the client ID, unless it would widen the resource', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    const own = policy(statement('iot:Connect', 'client/${iot:ClientId}'));
    expect(read(own).allows('iot:Connect', `${ARN}:client/d:1`)).toBe(true);
    expect(read(own).allows('iot:Connect', `${ARN}:client/d:2`)).toBe(false);
    for (const clientId of ['*', 'a?', '$x'])
      expect(() => ConnectionPolicy.parse([own], clientId)).toThrow(PolicyError);
  });

  it.each([
    ['a condition', { ...EVERYTHING.Statement[0], Condition: {} }],
    ['NotResource', { Effect: 'Allow', Action: '*', NotResource: 'x' }],
    ['another effect', { Effect: 'Maybe', Action: '*', Resource: '*' }],
    ['no action', { Effect: 'Allow', Resource: '*' }],
    ['a numeric resource', { Effect: 'Allow', Action: '*', Resource: 1 }],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    ['another variable', { Effect: 'Allow', Action: '*', Resource: '${aws:username}' }],
  ])('with %s are refused', (_, broken) => {
    expect(() => read(policy(broken))).toThrow(PolicyError);
  });
});
