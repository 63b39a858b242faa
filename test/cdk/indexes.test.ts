import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resourcesOf, templateOf } from './synthesized';

/** Each index with the files that query it and the functions that run them. */
const READERS = {
  list: {
    files: ['platform/alarms/items.ts', 'platform/operations/items.ts'],
    functions: ['CirrusHttpApiRest'],
  },
  due: { files: ['platform/availability/items.ts'], functions: ['CirrusAvailability'] },
} as const;

const template = templateOf();
const sources = new Map(
  readdirSync('lib', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== join('storage', 'keys.ts'))
    .map((name) => [name.replaceAll('\\', '/'), readFileSync(join('lib', name), 'utf8')]),
);
const matching = (pattern: RegExp): string[] =>
  [...sources].flatMap(([name, source]) => (pattern.test(source) ? [name] : [])).sort();
const kindsIn = (pattern: RegExp): string[] =>
  [
    ...new Set([...sources.values()].flatMap((source) => [...source.matchAll(pattern)].map(([, kind]) => `${kind}`))),
  ].sort();

describe('every index of the tables', () => {
  it('stands in this table', () => {
    const indexes = Object.values(resourcesOf(template, 'AWS::DynamoDB::Table')).flatMap(
      ({ Properties }) => (Properties?.GlobalSecondaryIndexes ?? []) as { IndexName: string }[],
    );
    expect(indexes.map(({ IndexName }) => IndexName)).toEqual(Object.keys(READERS));
  });

  it.each(Object.entries(READERS))('%s has its readers in lib', (index, { files }) => {
    expect(matching(new RegExp(`index: ${index.toUpperCase()}_INDEX\\b`))).toEqual(files);
  });

  it.each(Object.keys(READERS))('%s: whatever is written into it is read from it', (index) => {
    // a writer sets the attribute, a reader names the partition as a value of its condition
    const written = kindsIn(new RegExp(`${index}Pk'?[:,][^\\n]*${index}Partition\\(\\w+, '(\\w+)'`, 'g'));
    const read = kindsIn(new RegExp(`':\\w+': ${index}Partition\\(\\w+, '(\\w+)'`, 'g'));
    expect(written.length).toBeGreaterThan(0);
    expect(written).toEqual(read);
  });

  it.each(Object.entries(READERS))(
    '%s may be queried by the functions that do so, and by no other',
    (index, { functions }) => {
      const allowed = Object.entries(resourcesOf(template, 'AWS::IAM::Policy'))
        .filter(([, policy]) => JSON.stringify(policy).includes(`"/index/${index}"`))
        .map(([id]) => id.replace(/RoleDefaultPolicy.*/, ''));
      expect(allowed.sort()).toEqual(functions);
    },
  );
});
