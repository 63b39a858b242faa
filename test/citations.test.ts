import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDERS = ['bench', 'cdk', 'examples', 'functions', 'lib', 'local', 'packages', 'test', 'tools'];
/** `docs/reference/aws-platform.md#limits`; without an anchor it cites the whole page. */
const CITATION = /\bdocs\/[\w./-]+\.md(?:#[\w-]+)?/g;
/** Citations nobody can follow: a number of a section, a page without its folder, a decision without its name. */
const UNRESOLVABLE = [
  /\bsections? \d+(?:\.\d+)*\b/i,
  /§/,
  /\b(?:mqtt-implementation|static-templates|smartrest-[12]|json-via-mqtt|rest-api|aws-platform)\b(?!\.(?:md|json|ts)|-)/,
  /\bdecisions? \d+\b/i,
  /\bDESIGN\b/,
];

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:ts|mjs)$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(ROOT, folder, file)),
).filter((file) => file !== import.meta.filename);

/** The comments of a file as one text each, with the line they begin on; a `//` block counts line by line. */
function comments(text: string): { line: number; comment: string }[] {
  const found = [...text.matchAll(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(),])\/\/[^\n]*/gm)];
  return found.map(({ 0: comment, index }) => ({
    line: text.slice(0, index).split('\n').length,
    comment: comment.replace(/\n\s*\*\s*/g, ' '),
  }));
}

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

function anchorsOf(page: string): Set<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#{1,6} (.+)$/gm);
  const seen = new Map<string, number>();
  return new Set(
    [...headings].map(([, heading = '']) => {
      const anchor = anchorOf(heading);
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}

function faultOf(citation: string): string | undefined {
  const [page = '', anchor] = citation.split('#');
  const file = join(ROOT, page);
  if (!existsSync(file)) return `${page} does not exist`;
  return anchor === undefined || anchorsOf(file).has(anchor) ? undefined : `${page} has no heading for #${anchor}`;
}

describe('what comments cite', () => {
  const cited = sources.flatMap((file) =>
    comments(readFileSync(file, 'utf8')).map((comment) => ({ ...comment, at: relative(ROOT, file) })),
  );

  it('is found at all', () => {
    expect(cited.flatMap(({ comment }) => comment.match(CITATION) ?? []).length).toBeGreaterThan(100);
  });

  it('is a heading in this repository', () => {
    const faults = cited.flatMap(({ at, line, comment }) =>
      (comment.match(CITATION) ?? []).flatMap((citation) => {
        const fault = faultOf(citation);
        return fault === undefined ? [] : [`${at}:${line} ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('is named so that a reader can open it', () => {
    const faults = cited
      .filter(({ comment }) => UNRESOLVABLE.some((form) => form.test(comment.replace(CITATION, ''))))
      .map(({ at, line, comment }) => `${at}:${line} ${comment.slice(0, 120)}`);
    expect(faults).toEqual([]);
  });
});
