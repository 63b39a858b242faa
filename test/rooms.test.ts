import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
/** Top to bottom: a room imports only from itself and the rooms below it. */
const ROOMS = [
  'mqtt',
  'protocols',
  'http',
  'api',
  'delivery',
  'notifications',
  'connections',
  'platform',
  'changes',
  'storage',
  'base',
];
const LOCAL_AWS = join('packages', 'local-aws');

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(ROOT, folder, file));
}

/** Repository-relative paths of what a file imports from this repository. */
function imports(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/(?:from|import) '(\.[^']*)'/g);
  return [...specifiers].map(([, specifier = '']) => relative(ROOT, resolve(dirname(file), specifier)));
}

function roomOf(path: string): string | undefined {
  const [top, room] = path.split(sep);
  return top === 'lib' ? room : undefined;
}

describe('the rooms of lib', () => {
  it('finds the files it judges', () => {
    expect(sources('lib').length).toBeGreaterThan(20);
    expect(sources('lib').flatMap(imports).length).toBeGreaterThan(50);
  });

  it.each(ROOMS)('%s imports only from itself and the rooms below it', (room) => {
    const allowed = ROOMS.slice(ROOMS.indexOf(room));
    const wrong = sources(`lib/${room}`).flatMap((file) =>
      imports(file)
        .filter((path) => path !== 'package.json' && !allowed.includes(roomOf(path) ?? 'outside lib'))
        .map((path) => `${relative(ROOT, file)} imports ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('only items and the storage room call a table', () => {
    const calls = /\b(?:registry|telemetry|table)\.(?:get|put|update|delete|query\w*|batchGet|batchWrite)\(/;
    const callers = sources('lib').filter((file) => calls.test(readFileSync(file, 'utf8')));
    expect(callers.length).toBeGreaterThan(15);
    const wrong = callers
      .map((file) => relative(ROOT, file))
      .filter((file) => roomOf(file) !== 'storage' && !/items\.ts$/.test(file));
    expect(wrong).toEqual([]);
  });

  it('a folder holds at most 14 files', () => {
    const counts = new Map<string, number>();
    for (const folder of sources('lib').map((file) => relative(ROOT, dirname(file)))) {
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    expect([...counts].filter(([, count]) => count > 14)).toEqual([]);
  });

  it('mqtt names no protocol', () => {
    const known = ['protocol', 'topics'].map((name) => join('lib', 'protocols', name));
    const wrong = sources('lib/mqtt').flatMap((file) =>
      imports(file)
        .filter((path) => roomOf(path) === 'protocols' && !known.includes(path))
        .map((path) => `${relative(ROOT, file)} imports ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('local-aws knows nothing of Cirrus', () => {
    const files = ['src', 'test', 'examples'].flatMap((folder) => sources(join(LOCAL_AWS, folder)));
    const wrong = files.flatMap((file) => imports(file).filter((path) => !path.startsWith(LOCAL_AWS)));
    expect(wrong).toEqual([]);
  });

  it('the rest of the house knows local-aws by what its index gives out', () => {
    const inside = ['local', 'bench', 'test', 'tools', 'cdk', 'lib', 'functions']
      .flatMap(sources)
      .flatMap((file) => imports(file).map((path) => [relative(ROOT, file), path] as const))
      .filter(([, path]) => path.startsWith(join('packages', 'local-aws')));
    expect(inside).toEqual([]);
  });

  it('functions hold no logic: under 100 lines each', () => {
    const long = sources('functions').filter((file) => readFileSync(file, 'utf8').split('\n').length > 100);
    expect(long).toEqual([]);
  });

  it('no file imports itself in a circle, not even a type', () => {
    const files = ['lib', 'functions', 'cdk', 'local', 'tools', join(LOCAL_AWS, 'src')].flatMap(sources);
    const graph = new Map(files.map((file) => [relative(ROOT, file), imports(file).flatMap(fileOf)] as const));
    const circles = [...graph.keys()].filter((file) => reaches(graph, file));
    expect(circles).toEqual([]);
  });
});

/** The file an import without an ending names. */
const fileOf = (path: string): string[] =>
  [`${path}.ts`, join(path, 'index.ts'), path].filter((file) => file.endsWith('.ts') && existsSync(join(ROOT, file)));

/** Does a file come back to itself along imports? */
function reaches(graph: ReadonlyMap<string, readonly string[]>, start: string): boolean {
  const seen = new Set<string>();
  const open = [...(graph.get(start) ?? [])];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (file === start) return true;
    if (seen.has(file)) continue;
    seen.add(file);
    open.push(...(graph.get(file) ?? []));
  }
  return false;
}
