import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newObjectId } from '../../lib/platform/inventory/object-id';
import { JOURNAL_WINDOW_MS } from '../../lib/platform/journal';
import { readingId, readingPlace } from '../../lib/platform/readings/ids';
import { resourcesOf, templateOf } from '../cdk/synthesized';
import { ManualClock } from '../support/clock';

const text = (path: string): string => readFileSync(path, 'utf8');
const found = (path: string, pattern: RegExp): RegExpExecArray => {
  const match = pattern.exec(text(path));
  if (match === null) throw new Error(`${path} says nothing like ${pattern}`);
  return match;
};
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
/** Numbers as prose writes them. */
const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

describe('a number in a document is the number in the code', () => {
  const template = templateOf({
    domainName: 'iot.example.com',
    certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0f5c1c2e-1111-2222-3333-444455556666',
  });

  it('alarms of the stack, of the ten that cost nothing', () => {
    const [, said = ''] = found('docs/deployment.md', /ten alarms \(the stack has (\w+)\)/);
    expect(said).toBe(WORDS[Object.keys(resourcesOf(template, 'AWS::CloudWatch::Alarm')).length]);
  });

  it('wildcards in roles', () => {
    const policies = JSON.stringify(resourcesOf(template, 'AWS::IAM::Policy'));
    const kinds = ['client/*', '/@connections/*', ':log-group:AWSIotLogsV2:*', '"Resource":"*"'];
    for (const kind of kinds) expect(policies).toContain(kind);
    const [, said = ''] = found('docs/deployment.md', /(\w+) wildcards are left/);
    expect(said.toLowerCase()).toBe(WORDS[kinds.length]);
  });

  it('minutes of the journal, which one document alone tells', () => {
    const [, said = ''] = found('docs/data-model.md', /the \*\*events\*\* of the last (\w+) minutes/);
    expect(said).toBe(WORDS[JOURNAL_WINDOW_MS / 60_000]);
    const others = DOCUMENTS.filter((path) =>
      /events of the last (one|two|three|four|five|six) minutes/.test(text(path)),
    );
    expect(others).toEqual([]);
  });

  it('digits of the ids of objects and readings', () => {
    const device = newObjectId(new ManualClock(Date.UTC(2026, 2, 1)));
    const place = { time: '2026-03-01T10:00:00.123Z', instant: Date.UTC(2026, 2, 1, 10, 0, 0, 123), content: {} };
    const id = readingId(device, place, { by: 'content' });
    expect(Number(found('docs/data-model.md', /^Ids are (\d+) decimal digits/m)[1])).toBe(device.length);
    expect(Number(found('docs/data-model.md', /\*\*Ids\*\* of readings are (\d+) decimal digits/)[1])).toBe(id.length);
  });

  it('the event in the guide has an id that this platform would give', () => {
    const { detail } = JSON.parse(found('docs/events/README.md', /```json\n(.*?)```/s)[1] ?? '') as {
      detail: { source: string; changes: { object: { id: string; time: string } }[] };
    };
    const [change] = detail.changes;
    expect(readingPlace(change?.object.id ?? '')).toMatchObject({
      device: detail.source,
      instant: Date.parse(change?.object.time ?? ''),
    });
  });

  it('write units of 1, 20 and 200 rows, in README as in the document they come from', () => {
    const [, one] = found('README.md', /\| a warm `200` row \| (\d+) write unit/);
    const [, twenty, twoHundred] = found(
      'README.md',
      /20 rows in a publish; 200 rows \| (\d+) write unit; (\d+) write unit/,
    );
    const counted = [...text('docs/cost.md').matchAll(/^\| (?:1|20|200) \| (\d+) \|/gm)].map(([, units]) => units);
    expect([one, twenty, twoHundred]).toEqual(counted);
  });

  it('dollars per million readings, in README as in the document they come from', () => {
    const [, ...said] = found(
      'README.md',
      /\| dollars per million readings .*\| \$([\d.]+) \/ \$([\d.]+) \/ \$([\d.]+) \|/,
    );
    const counted = [...text('docs/cost.md').matchAll(/^\| \d+ \|.*\*\*\$([\d.]+)\*\* \|$/gm)].map(
      ([, dollars]) => dollars,
    );
    expect(said.map(Number)).toEqual(counted.map(Number));
  });
});

describe('documents', () => {
  it('of README are linked once under "More"', () => {
    const [, more = ''] = text('README.md').split('\n## More\n');
    const links = [...more.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
    expect(links.length).toBeGreaterThan(5);
    expect(links).toEqual([...new Set(links)]);
  });

  it('do not call "every test" what npm test runs: the extra suites need more than npm', () => {
    for (const path of DOCUMENTS) expect(text(path)).not.toMatch(/npm test +# every test$/m);
  });
});
