import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * How functions are bundled. The SDK is inside, because the runtime's may lack SendDirectMessage
 * (docs/reference/aws-platform.md#the-sdk-belongs-into-the-bundle). Credential providers, endpoint
 * discovery and event streams are left out, because Cirrus never uses them.
 */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  minify: true,
  alias: {
    '@aws-sdk/credential-provider-node': join(ROOT, 'lib', 'base', 'aws', 'credentials.ts'),
    '@aws-sdk/endpoint-cache': join(ROOT, 'lib', 'base', 'aws', 'endpoint-cache.ts'),
    '@smithy/core/event-streams': join(ROOT, 'lib', 'base', 'aws', 'event-streams.ts'),
  },
  // the SDK's clients bundle their package.json to send their version along: 2 kB each
  loader: { '.json': 'empty' },
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/** The file in `functions/` that a function is made of. */
export function entryOf(name: string): string {
  const entry = join(ROOT, 'functions', `${name}.ts`);
  if (!existsSync(entry)) throw new Error(`no entry file for the function "${name}": ${entry}`);
  return entry;
}

/** Folders of the bundles made by this process, by function. */
const bundles = new Map<string, string>();
process.once('exit', () => {
  for (const folder of bundles.values()) rmSync(folder, { recursive: true, force: true });
});

/**
 * The code of a function. esbuild runs in this process: NodejsFunction's own bundling starts npx for each function,
 * a third of a synthesis, and `npm start` waits for it.
 */
export function bundledCode(name: string): Code {
  const known = bundles.get(name);
  if (known !== undefined) return Code.fromAsset(known);
  const folder = mkdtempSync(join(tmpdir(), 'cirrus-bundle-'));
  buildSync({ ...BUNDLE_OPTIONS, entryPoints: [entryOf(name)], outfile: join(folder, 'index.mjs') });
  bundles.set(name, folder);
  return Code.fromAsset(folder);
}
