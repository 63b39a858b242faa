import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  TEMPLATE_CATALOGUE,
  TEMPLATE_IDS,
  templatesMarkdown,
} from '../../../../lib/protocols/smartrest/static/catalogue';

describe('the template catalogue', () => {
  it('holds the 55 publish and 26 subscribe templates of the reference, each once', () => {
    const count = (direction: string) => TEMPLATE_CATALOGUE.filter((entry) => entry.direction === direction).length;
    expect([count('publish'), count('subscribe')]).toEqual([55, 26]);
    expect(new Set(TEMPLATE_CATALOGUE.map(({ id }) => id)).size).toBe(81);
  });

  it('lists all but the three undocumented ones as working', () => {
    const unknown = TEMPLATE_CATALOGUE.filter(({ id }) => !TEMPLATE_IDS.includes(id)).map(({ id }) => id);
    expect(unknown).toEqual(['130', '131', '132']);
  });

  it('is what docs/reference/static-templates.md shows (npm run decode -- --templates prints the table)', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/reference/static-templates.md'), 'utf8');
    expect(page).toContain(`\n${templatesMarkdown()}\n`);
  });

  it('is what docs/compatibility.md has the state of, each template in one row', () => {
    const page = readFileSync('docs/compatibility.md', 'utf8');
    const table = page.slice(page.indexOf('## Static templates'), page.indexOf('## Decided'));
    const listed = [...table.matchAll(/^\| ([\d ,;]+) \|/gm)].flatMap(([, ids = '']) => ids.match(/\d{3}/g) ?? []);
    const unpublished = ['130', '131', '132'];
    expect(listed.filter((id) => !unpublished.includes(id)).sort()).toEqual([...TEMPLATE_IDS].sort());
  });
});
