import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE_OPTIONS, entryOf } from '../../cdk/bundle';

const FUNCTIONS = [
  ...['authorize', 'ingest', 'lifecycle', 'deliver', 'availability', 'api'],
  ...['realtime', 'fanout', 'secrets', 'endpoint', 'event-rule'],
];
/** Functions that are given the table of readings (`stack.test.ts`). */
const WITH_TELEMETRY = ['ingest', 'api'];
const folder = mkdtempSync(join(tmpdir(), 'cirrus-bundles-'));
const contents = new Map<string, Metafile>();
const fileOf = (name: string): string => join(folder, name, 'index.mjs');
const contentsOf = (name: string): Metafile => {
  const found = contents.get(name);
  if (found === undefined) throw new Error(`no bundle of ${name}`);
  return found;
};

beforeAll(async () => {
  for (const name of FUNCTIONS) {
    const options = { ...BUNDLE_OPTIONS, entryPoints: [entryOf(name)], outfile: fileOf(name), metafile: true as const };
    contents.set(name, (await build(options)).metafile);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('bundles', () => {
  it.each(FUNCTIONS)('%s needs nothing beside Node', (name) => {
    const outputs = Object.values(contentsOf(name).outputs);
    const foreign = outputs.flatMap((output) => output.imports).filter(({ path }) => !isBuiltin(path));
    expect(foreign).toEqual([]);
  });

  it.each(FUNCTIONS)('%s holds the code that stores readings only if it has their table', (name) => {
    const [output] = Object.values(contentsOf(name).outputs);
    const bytes = output?.inputs['lib/platform/readings/reading-items.ts']?.bytesInOutput ?? 0;
    expect(bytes > 0).toBe(WITH_TELEMETRY.includes(name));
  });

  it('ingest keeps its budget of 400 kB', () => {
    expect(statSync(fileOf('ingest')).size).toBeLessThanOrEqual(400_000);
  });

  it.each(FUNCTIONS)('%s leaves out the credential providers Lambda never uses', (name) => {
    const providers = Object.keys(contentsOf(name).inputs).filter((path) => path.includes('credential-provider-'));
    expect(providers).toEqual([]);
  });

  it.each(FUNCTIONS)('%s leaves out the endpoint discovery that is never on', (name) => {
    const cache = Object.keys(contentsOf(name).inputs).filter((path) =>
      /mnemonist|@aws-sdk\/endpoint-cache/.test(path),
    );
    expect(cache).toEqual([]);
  });

  it.each(['secrets', 'endpoint'])('%s exports its handler', async (name) => {
    const loaded: unknown = await import(pathToFileURL(fileOf(name)).href);
    expect(loaded).toMatchObject({ handler: expect.any(Function) });
  });

  it('of a function without a file are an error that names it', () => {
    expect(() => entryOf('nothing')).toThrow('no entry file for the function "nothing"');
  });
});
