import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TopicTree } from '../../src/iot/topics/topic-tree';
import { matchesFilter, topicFilterProblem, topicNameProblem } from '../../src/iot/topics/topics';

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
