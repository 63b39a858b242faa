import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWildcard } from '../src/wildcard';

const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

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

  it('match what a simple backtracking matcher matches', () => {
    const model = (pattern: string, text: string): boolean => {
      if (pattern === '') return text === '';
      if (pattern[0] === '*') return model(pattern.slice(1), text) || (text !== '' && model(pattern, text.slice(1)));
      return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && model(pattern.slice(1), text.slice(1));
    };
    const pattern = fc.string({ unit: fc.constantFrom('a', '/', '*', '?', '.', '$', '+'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', '/', '.', '$', '+', '\n'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (p, t) => matchesWildcard(p, t) === model(p, t)),
      { numRuns: 3000 },
    );
  });
});
