import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ARCHITECTURE = 'docs/architecture.md';
const CONTRIBUTING = 'CONTRIBUTING.md';
const GLOSSARY = 'docs/glossary.md';
const FOLDERS = ['bench', 'cdk', 'docs', 'examples', 'functions', 'lib', 'local', 'packages', 'test', 'tools'];
const NEW = ' (new)';

const read = (path: string): string => readFileSync(path, 'utf8');

/** Paths of this repository in a code span or block. Of `lib/x/<name>` and `lib/x/*` it takes `lib/x/`. */
function pathsIn(code: string): readonly string[] {
  const words = code.split(/[\s'"(),]+/).filter((word) => FOLDERS.includes(word.split('/')[0] ?? ''));
  return words.filter((word) => word.includes('/')).map((word) => word.replace(/#.*$|[^/]*[<*{…].*$/, ''));
}

/** The text in code style: spans and blocks. */
function codeOf(page: string): readonly string[] {
  const blocks = [...page.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '');
  return [...blocks, ...[...prose.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)];
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The sources at a path: the file itself, or all files below the folder. */
function sourcesAt(path: string): readonly string[] {
  if (!isFolder(path)) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(path, name));
}

/** Whether a file declares `name` or `Class.method`. */
function declares(file: string, name: string): boolean {
  const [owner = '', member] = name.split('.');
  const text = read(file);
  const declared = new RegExp(`\\b(?:class|interface|type|enum|const|function\\*?) ${owner}\\b`).test(text);
  if (!declared || member === undefined) return declared;
  const method = new RegExp(`^ {2}(?:private |async |readonly |static |\\*)*${member}\\??[(<:]`, 'm');
  return method.test(text.slice(text.search(new RegExp(`\\b(?:class|interface) ${owner}\\b`))));
}

const STEP = /^\d+\. /;
/** A path, and the name to look at in it. */
const OPENED = /`([^`]+\.ts)` · `([\w.]+)`/g;
const openedIn = (text: string): readonly { path: string; name: string }[] =>
  [...text.matchAll(OPENED)].map(([, path = '', name = '']) => ({ path, name }));

/** The steps of each journey. The lines of a step are joined. */
function journeysOf(page: string): readonly { readonly title: string; readonly steps: readonly string[] }[] {
  const [, after = ''] = page.split('\n## Journeys\n');
  const [section = ''] = after.split('\n## ');
  const [, ...journeys] = section.split('\n### ');
  return journeys.map((journey) => {
    const [title = '', ...lines] = journey.split('\n');
    const steps = lines.join('\n').replace(/\n {2,}/g, ' ');
    return { title, steps: steps.split('\n').filter((line) => STEP.test(line)) };
  });
}

describe.each([ARCHITECTURE, CONTRIBUTING, GLOSSARY])('%s', (page) => {
  it('names paths that exist', () => {
    const today = read(page).replace(/`[^`]+` \(new\)/g, '');
    const paths = codeOf(today).flatMap(pathsIn);
    expect(paths.length).toBeGreaterThan(15);
    // the diagram has functions without the `.ts` of their files
    expect([...new Set(paths)].filter((path) => !existsSync(path) && !existsSync(`${path}.ts`))).toEqual([]);
  });
});

describe(ARCHITECTURE, () => {
  const page = read(ARCHITECTURE);
  const journeys = journeysOf(page);

  it('follows four journeys in ten steps at most', () => {
    expect(journeys).toHaveLength(4);
    for (const { title, steps } of journeys) {
      expect(steps.length, title).toBeGreaterThan(5);
      expect(steps.length, title).toBeLessThanOrEqual(10);
    }
  });

  it('says in each step what to open and what to change', () => {
    const steps = journeys.flatMap((journey) => journey.steps);
    expect(steps.filter((step) => openedIn(step).length === 0 || !step.includes('*Change*'))).toEqual([]);
  });

  it('names functions and classes that their files declare', () => {
    const opened = openedIn(page);
    expect(opened.length).toBeGreaterThan(40);
    const wrong = opened.filter(({ path, name }) => !existsSync(path) || !declares(path, name));
    expect(wrong.map(({ path, name }) => `${path} declares no ${name}`)).toEqual([]);
  });

  it('has every room of lib, once, from top to bottom', () => {
    const rooms = [...page.matchAll(/^\| `lib\/(\w+)\/` \|/gm)].map(([, room]) => room);
    const folders = readdirSync('lib', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...rooms].sort()).toEqual(folders.map(({ name }) => name).sort());
    const [, line = ''] = /^(`mqtt` → .*)$/m.exec(read(CONTRIBUTING)) ?? [];
    expect(line.match(/\w+/g)).toEqual(rooms);
  });

  it('has every function in its diagram', () => {
    const [diagram = ''] = /^```\n.*?^```$/ms.exec(page) ?? [];
    const missing = readdirSync('functions').filter(
      (file) => !diagram.includes(`functions/${file.replace('.ts', '')}`),
    );
    expect(missing).toEqual([]);
  });

  it(`marks as${NEW} only what is not there yet`, () => {
    const marked = [...page.matchAll(/`([^`]+)` \(new\)/g)].map(([, path = '']) => path);
    expect(marked.length).toBeGreaterThan(0);
    expect(marked.filter((path) => existsSync(path))).toEqual([]);
  });
});

describe(GLOSSARY, () => {
  const page = read(GLOSSARY);
  const sources = ['lib', 'functions', 'cdk', 'local', 'packages'].flatMap(sourcesAt);

  it('names types that the code declares', () => {
    const names = new Set(codeOf(page).filter((code) => /^[A-Z][a-z]\w*$/.test(code)));
    expect(names.size).toBeGreaterThan(15);
    expect([...names].filter((name) => !sources.some((file) => declares(file, name)))).toEqual([]);
  });

  it('says in which file or folder a name is', () => {
    const places = [...page.matchAll(/`(\w+)`\s+in\s+`([^`]+)`/g)].map(([, name = '', path = '']) => ({ name, path }));
    expect(places.length).toBeGreaterThan(15);
    const wrong = places.filter(
      ({ name, path }) => !existsSync(path) || !sourcesAt(path).some((file) => declares(file, name)),
    );
    expect(wrong.map(({ name, path }) => `${path} declares no ${name}`)).toEqual([]);
  });

  it('explains every word of the house, in the order of the alphabet', () => {
    const words = [...page.matchAll(/^### (.+)$/gm)].map(([, word = '']) => word);
    const house = `Agenda Agent API As-of Change Claim Command Connection Door Downlink Effects Event_bus Fault Items Journal
      Notification Outcome Protocol Reading Refusal Reply Row Serial Service Session Slot Unit_of_work Uplink`;
    const expected = house.split(/\s+/).map((word) => word.replaceAll('_', ' '));
    expect(expected.filter((word) => !words.includes(word))).toEqual([]);
    expect(words).toEqual([...words].sort((one, other) => one.localeCompare(other, 'en')));
  });
});
