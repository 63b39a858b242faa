import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const PLATFORM = resolve(import.meta.dirname, '..', '..', 'lib', 'platform');
/** What belongs to a door: codes of error rows, topics, numbers of templates. */
const SPELLED: readonly (readonly [what: string, RegExp])[] = [
  ['a code of an error row', /refusal\(4|\bcode: 4\d\b/],
  ['a topic', /['"`][stqc]\/|\/(?:us|ds|uc|dc)\b|['"`](?:error|devicecontrol\/notifications)['"`]/],
  ['template numbers', /\(\d{3}(?:, \d{3})*\)|\b[3457]\d\d,|\b\d{3}(?:\/|–|-)\d{3}\b/],
  ['what an integrator can do', /remedy/],
  ['a protocol', /SmartREST/],
  ['an HTTP method and what it does', /\b(?:POST|PUT):? by|\bPOST:/],
];

describe('the platform', () => {
  const files = readdirSync(PLATFORM, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

  it('is there to be judged', () => expect(files.length).toBeGreaterThan(40));

  it.each(SPELLED)('does not name %s: its doors do', (_, pattern) => {
    const found = files.flatMap((file) =>
      readFileSync(join(PLATFORM, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});
