import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorOf, anchorsIn } from '../../tools/docs/headings';

const ROOT = join(import.meta.dirname, '..', '..');
const DOCS = join(ROOT, 'docs');

const pages: readonly string[] = [
  ...readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).map((name) => join(DOCS, name)),
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => join(ROOT, name)),
].filter((file) => file.endsWith('.md'));

const read = (file: string): string => readFileSync(file, 'utf8');
const nameOf = (file: string): string => relative(ROOT, file);

/** Links to other pages and headings of this repository that lead nowhere. */
function brokenLinks(file: string): readonly string[] {
  const links = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsIn(read(target)).includes(anchor);
  });
}

describe('the documents', () => {
  it.each(pages.map(nameOf))('%s links to pages and headings that exist', (name) => {
    expect(brokenLinks(join(ROOT, name))).toEqual([]);
  });

  it.each(pages.map(nameOf).filter((name) => name.startsWith(join('docs', 'reference'))))(
    '%s has each heading once, so that code can cite it',
    (name) => {
      const anchors = anchorsIn(read(join(ROOT, name)));
      expect(anchors.filter((anchor, at) => anchors.indexOf(anchor) !== at)).toEqual([]);
    },
  );
});

describe('an anchor', () => {
  it.each([
    ['Errors on s/e', 'errors-on-se'],
    ['100 Device creation', '100-device-creation'],
    ["A device's own id", 'a-devices-own-id'],
  ])('of %s is made as GitHub makes it', (heading, anchor) => {
    expect(anchorOf(heading)).toBe(anchor);
    expect(anchorsIn(`# Page\n\n\`\`\`\n# no heading\n\`\`\`\n\n## ${heading}\n`)).toEqual(['page', anchor]);
  });
});
