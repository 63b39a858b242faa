import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionPolicy, PolicyError } from '../../src/iot/authorization/connection-policy';
import { effectiveKeepAlive } from '../../src/iot/connections/keep-alive';
import { billedUnits } from '../../src/iot/meter';
import { TopicTree } from '../../src/iot/topics/topic-tree';
import { matchesFilter, topicFilterProblem, topicNameProblem } from '../../src/iot/topics/topics';
import { matchesWildcard } from '../../src/wildcard';
import { ARN, EVERYTHING, policy, statement } from './harness';

const level = fc.constantFrom('a', 'b', '', '$aws', '*');
const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 4 }), fc.boolean())
  .filter(([levels, rest]) => levels.length > 0 || rest)
  .map(([levels, rest]) => [...levels, ...(rest ? ['#'] : [])].join('/'));
const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe('topic filters', () => {
  it.each([
    ['a/#', 'a', false],
    ['a/#', 'a/', true],
    ['a/#', 'a/b/c', true],
    ['#', 'a', true],
    ['#', '$aws/x', false],
    ['+/us', 's/us', true],
    ['+/us', 's/us/x', false],
    ['+/us', '$aws/us', false],
    ['$aws/events/+/x', '$aws/events/y/x', true],
    ['a/+', 'a/', true],
    ['+', '', true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matchesFilter(pattern, name)).toBe(expected);
  });

  it('match like a regular expression', () => {
    fc.assert(
      fc.property(filter, topic, (pattern, name) => {
        const parts = pattern.split('/').map((part) => (part === '+' ? '[^/]*' : part === '#' ? '.*' : quoted(part)));
        const reserved = name.startsWith('$') && /^[+#]/.test(pattern);
        expect(matchesFilter(pattern, name)).toBe(!reserved && new RegExp(`^${parts.join('/')}$`).test(name));
      }),
      { numRuns: 2000 },
    );
  });

  it('find the same values in a tree, whatever was added and removed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(filter), fc.uniqueArray(filter), topic, (kept, removed, name) => {
        const tree = new TopicTree<string>();
        for (const each of [...kept, ...removed]) tree.add(each, each);
        for (const each of removed) tree.remove(each, each);
        const expected = kept.filter((each) => !removed.includes(each) && matchesFilter(each, name));
        expect(tree.match(name).sort()).toEqual(expected.sort());
      }),
      { numRuns: 2000 },
    );
  });

  it('have limits', () => {
    expect(topicNameProblem('a/b/c/d/e/f/g/h')).toBeUndefined();
    expect(topicNameProblem('a/b/c/d/e/f/g/h/i')).toMatch(/slashes/);
    expect(topicNameProblem('ü'.repeat(128))).toBeUndefined();
    expect(topicNameProblem(`${'ü'.repeat(128)}x`)).toMatch(/256 bytes/);
    expect(topicNameProblem('')).toMatch(/empty/);
    expect(topicNameProblem('a/+')).toMatch(/wildcard/);
    expect(topicNameProblem('$aws/x')).toMatch(/reserved/);
    expect(topicNameProblem('a\u0000')).toMatch(/U\+0000/);
    expect(topicFilterProblem('$aws/events/#')).toBeUndefined();
    expect(topicFilterProblem('$SYS/#')).toMatch(/reserved/);
    expect(topicFilterProblem('a#')).toMatch(/last level/);
    expect(topicFilterProblem('#/a')).toMatch(/last level/);
    expect(topicFilterProblem('a+/b')).toMatch(/level of its own/);
    expect(topicFilterProblem('')).toMatch(/empty/);
  });
});

describe('IAM wildcards', () => {
  it('match like a regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?', '+', '\n'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (pattern, subject) => {
        const expression = quoted(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.');
        expect(matchesWildcard(pattern, subject)).toBe(new RegExp(`^${expression}$`, 's').test(subject));
      }),
      { numRuns: 5000 },
    );
  });

  it('do not take exponential time', () => {
    expect(matchesWildcard(`${'*a'.repeat(200)}b`, 'a'.repeat(2000))).toBe(false);
  });
});

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

describe('figures', () => {
  it('bill by begun 5 KB', () => {
    expect([0, 1, 5120, 5121, 131_072].map(billedUnits)).toEqual([1, 1, 1, 2, 26]);
  });

  it('keep the keep-alive between 30 and 1200 seconds', () => {
    expect([0, 1, 29, 30, 1200, 1201, 65_535].map(effectiveKeepAlive)).toEqual([1200, 30, 30, 30, 1200, 1200, 1200]);
  });
});
