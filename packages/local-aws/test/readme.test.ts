import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Service } from '../src/service';
import type { ResourceType } from '../src/template/resource-type';
import { servicesOf } from './support/services';

const README = join(import.meta.dirname, '..', 'README.md');
const { all } = servicesOf();
const services = [...all].sort((a, b) => a.name.localeCompare(b.name));

/** `npx vitest run packages/local-aws/test/readme.test.ts -u` writes the tables anew. */
it('the tables of the README are what the code says', async () => {
  const written = readFileSync(README, 'utf8');
  const current = withTable(withTable(written, 'resource types', resourceTable()), 'limits', limitTable());
  await expect(current).toMatchFileSnapshot(README);
});

/** The text with the table between the two comments that name it. */
function withTable(text: string, name: string, table: readonly string[]): string {
  const between = new RegExp(`(<!-- ${name}: [^\\n]* -->\\n)[^]*?(\\n<!-- end of ${name} -->)`);
  expect(text).toMatch(between);
  return text.replace(between, (_found, start: string, end: string) => `${start}\n${table.join('\n')}\n${end}`);
}

function resourceTable(): string[] {
  const rows = services.flatMap(({ resources }) => Object.entries(resources).map(resourceRow));
  return ['| resource type | properties read | accepted without effect |', '|---|---|---|', ...rows];
}

function resourceRow([type, { reads, ignores = [] }]: readonly [string, ResourceType]): string {
  if (reads !== 'any') return `| \`${type}\` | ${reads.join(', ')} | ${ignores.join(', ')} |`;
  return type.includes('Custom') ? `| \`${type}\` | all: its function gets them | |` : `| \`${type}\` | | all |`;
}

function limitTable(): string[] {
  const rows = services.flatMap((service) => Object.entries(service.limits ?? {}).map(limitRow(service)));
  return ['| service | limit | value |', '|---|---|---:|', ...rows];
}

const limitRow =
  ({ name }: Service) =>
  ([limit, value]: readonly [string, number]): string => {
    const words = limit.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
    return `| ${name} | ${words} | ${value.toLocaleString('en-US')} |`;
  };
