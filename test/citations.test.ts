import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsIn } from '../tools/docs/headings';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDERS = ['bench', 'cdk', 'examples', 'functions', 'lib', 'local', 'packages', 'test', 'tools'];

/** Such as docs/reference/README.md#how-code-cites-these-pages, which has the rules. */
const CITATION = /(?<![\w/])docs\/[\w./-]*\w(?:#[\w-]+)?/g;

/** Pages whose names nobody writes for another reason. */
const PAGES = readdirSync(join(ROOT, 'docs', 'reference'))
  .map((file) => file.replace(/\.md$/, ''))
  .filter((page) => page.includes('-'));

/** What a reader cannot open: a number instead of a heading or a name, or a page without its folder. */
const UNRESOLVABLE: readonly RegExp[] = [
  /\bsections? \d/i,
  /§/,
  /\bno\. ?\d/i,
  /\bdecisions? \d/i,
  /\bDESIGN\b/,
  new RegExp(`\\b(?:${PAGES.join('|')})\\b(?!\\.ts)`),
  /\.md#/,
];

interface Passage {
  readonly at: string;
  readonly text: string;
}

const sources: readonly string[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:ts|mjs)$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(ROOT, folder, file)),
);

/** The comments of a source, each as one line; `//` lines that follow each other are one comment. */
const commentsIn = (source: string): readonly RegExpExecArray[] => [
  ...source.matchAll(/(?<=^|[\s;{}()[,])(?:\/\*[\s\S]*?\*\/|\/\/.*(?:\n[ \t]*\/\/.*)*)/g),
];

/** Lines that hold the title of a test; a table of `it.each` stands before it. */
const titlesIn = (source: string): readonly RegExpExecArray[] => [
  ...source.matchAll(/^[ \t]*(?:(?:it|test|describe)[.(]|[\])]+\().*$/gm),
];

function passages(find: (source: string) => readonly RegExpExecArray[], files: readonly string[]): readonly Passage[] {
  return files.flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    return find(source).map(({ 0: found, index }) => ({
      at: `${relative(ROOT, file)}:${source.slice(0, index).split('\n').length}`,
      text: found.replace(/\n\s*(?:\*(?!\/)|\/\/)?\s*/g, ' '),
    }));
  });
}

const comments = passages(commentsIn, sources);
const titles = passages(
  titlesIn,
  sources.filter((file) => file.endsWith('.test.ts')),
);

const citationsIn = (text: string): readonly string[] => text.match(CITATION) ?? [];

/** What is wrong with a citation; nothing when a reader gets there. */
function faultOf(citation: string): string | undefined {
  const [path = '', anchor] = citation.split('#');
  const file = join(ROOT, path);
  if (!existsSync(file) || statSync(file).isDirectory()) return `${path} is no page`;
  return anchor === undefined || anchorsIn(readFileSync(file, 'utf8')).includes(anchor)
    ? undefined
    : `${path} has no heading #${anchor}`;
}

/** A decision is one question and its answer, so its page is enough. */
const namesHeading = (citation: string): boolean => citation.includes('#') || citation.startsWith('docs/decisions/');

const isUnresolvable = (text: string): boolean => UNRESOLVABLE.some((form) => form.test(text.replaceAll(CITATION, '')));

describe('what comments and titles of tests cite', () => {
  it('is found at all', () => {
    expect(comments.flatMap(({ text }) => citationsIn(text)).length).toBeGreaterThan(200);
    expect(titles.flatMap(({ text }) => citationsIn(text)).length).toBeGreaterThan(2);
  });

  it('is a page and a heading of this repository', () => {
    const faults = [...comments, ...titles].flatMap(({ at, text }) =>
      citationsIn(text).flatMap((citation) => {
        const fault = faultOf(citation);
        return fault === undefined ? [] : [`${at} ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('is a heading, not a whole page, in comments', () => {
    const whole = comments.flatMap(({ at, text }) =>
      citationsIn(text)
        .filter((citation) => !namesHeading(citation))
        .map((citation) => `${at} ${citation}`),
    );
    expect(whole).toEqual([]);
  });

  it('is named so that a reader can open it', () => {
    const faults = [...comments, ...titles]
      .filter(({ text }) => isUnresolvable(text))
      .map(({ at, text }) => `${at} ${text.slice(0, 120)}`);
    expect(faults).toEqual([]);
  });
});

describe('a citation', () => {
  it.each([
    ['of a page that is not there', 'docs/reference/nothing.md#rows-and-values'],
    ['of a heading that is not there', 'docs/reference/static-templates.md#nothing'],
    ['of a folder', 'docs/reference'],
    ['cut by the end of a line', 'docs/reference/static-'],
  ])('%s is refused', (_, text) => {
    expect(citationsIn(text).map(faultOf)).toEqual([expect.any(String)]);
  });

  it.each([
    ['by number', ['Section 8.1, 110', 'sections 3 and 8.1', '§ 3', 'no. 7', 'decision 3']],
    ['by the name of a page alone', ['(static-templates 107)', 'rest-api.md', 'reference/rest-api.md#alarms']],
    ['of another document', ['as DESIGN says']],
  ])('%s is refused', (_, texts) => {
    expect(texts.filter((text) => !isUnresolvable(text))).toEqual([]);
  });

  it('of a heading or a decision is taken', () => {
    const text = 'docs/reference/rest-api.md#alarms, docs/decisions/0003-no-schema-library-on-the-hot-path.md.';
    expect(citationsIn(text).map(faultOf)).toEqual([undefined, undefined]);
    expect(citationsIn(text).every(namesHeading)).toBe(true);
    expect(isUnresolvable(text)).toBe(false);
  });
});
