import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

/** Started by their command line, from `package.json`, `cdk.json` or `.ci`. */
const COMMANDS = ['@biomejs/biome', 'aws-cdk', 'aws-cdk-local', 'tsx', 'typescript'];

const sources = ['cdk', 'functions', 'lib', 'packages', 'local', 'test', 'bench', 'tools', 'examples', '.'].flatMap(
  (folder) =>
    readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs)$/.test(name) && !name.includes('node_modules'))
      .map((name) => readFileSync(join(folder, name), 'utf8')),
);

it.each(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))('the dependency %s is used', (name) => {
  if (COMMANDS.includes(name)) return;
  const imported = new RegExp(
    `(from|import|import\\(|require\\(|resolve\\() ?'${name.replace('@types/', '')}(/[^']*)?'`,
  );
  // the types of Node itself
  const used = name === '@types/node' ? /from 'node:/ : imported;
  expect(sources.some((source) => used.test(source))).toBe(true);
});
