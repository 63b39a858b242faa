import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Bundles the handlers of a test as `cdk synth` would and returns them as assets, S3 key → directory. */
export function functionAssets(sources: Readonly<Record<string, string>>): {
  assets: ReadonlyMap<string, string>;
  remove(): void;
} {
  const root = mkdtempSync(join(tmpdir(), 'cloud-test-'));
  const assets = new Map<string, string>();
  for (const [name, contents] of Object.entries(sources)) {
    const directory = join(root, `asset.${name}`);
    mkdirSync(directory);
    buildSync({
      stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
      outfile: join(directory, 'index.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      mainFields: ['module', 'main'],
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
    assets.set(`${name}.zip`, directory);
  }
  return { assets, remove: () => rmSync(root, { recursive: true, force: true }) };
}
