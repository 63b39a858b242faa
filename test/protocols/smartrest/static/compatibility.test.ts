import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TEMPLATE_IDS } from '../../../../lib/protocols/smartrest/static/catalogue';

it('docs/compatibility.md has the state of every template, each in one row', () => {
  const page = readFileSync('docs/compatibility.md', 'utf8');
  const table = page.slice(page.indexOf('## Static templates'), page.indexOf('## Decided'));
  const listed = [...table.matchAll(/^\| ([\d ,;]+) \|/gm)].flatMap(([, ids = '']) => ids.match(/\d{3}/g) ?? []);
  const unpublished = ['130', '131', '132'];
  expect(listed.filter((id) => !unpublished.includes(id)).sort()).toEqual([...TEMPLATE_IDS].sort());
});
