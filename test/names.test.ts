import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDERS = ['lib', 'functions', 'cdk', 'local', 'tools'];
/** Lambda calls what a bundle exports under this name. */
const CONTRACT = 'handler';
const DECLARATION =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum)\s+([A-Za-z_$][\w$]*)/gm;
/** Second paths to a name that are still to go. */
const SECOND_PATHS: ReadonlySet<string> = new Set();

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
);
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Where each exported name is declared; a type and a value of one file count once. */
function exportedNames(): ReadonlyMap<string, ReadonlySet<string>> {
  const places = new Map<string, Set<string>>();
  for (const file of files) {
    for (const [, name = ''] of textOf(file).matchAll(DECLARATION)) {
      places.set(name, (places.get(name) ?? new Set()).add(file));
    }
  }
  return places;
}

describe('exported names', () => {
  const names = exportedNames();

  it('are found', () => {
    expect(names.size).toBeGreaterThan(500);
    expect(names.get('Refusal')).toEqual(new Set(['lib/platform/refusal.ts']));
  });

  it('mean one thing each', () => {
    const shared = [...names].filter(([name, places]) => name !== CONTRACT && places.size > 1);
    expect(shared.map(([name, places]) => `${name}: ${[...places].join(', ')}`)).toEqual([]);
  });

  it('have one path each: no file hands on what another declares', () => {
    const handedOn = files.filter(
      (file) => !SECOND_PATHS.has(file) && /^export (?:type )?[{*].* from '/m.test(textOf(file)),
    );
    expect(handedOn).toEqual([]);
  });
});
