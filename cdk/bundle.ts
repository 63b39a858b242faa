import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * How functions are bundled: everything inside, the SDK included, because the runtime's may lack SendDirectMessage
 * (aws-platform section 6), and without the credential providers and the endpoint discovery that Lambda never uses.
 */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  minify: true,
  alias: {
    '@aws-sdk/credential-provider-node': join(ROOT, 'lib', 'config', 'credentials.ts'),
    '@aws-sdk/endpoint-cache': join(ROOT, 'lib', 'config', 'endpoint-cache.ts'),
  },
  logLevel: 'warning',
} satisfies BuildOptions;

/** The file in `functions/` that a function is made of. */
export function entryOf(name: string): string {
  const entry = join(ROOT, 'functions', `${name}.ts`);
  if (!existsSync(entry)) throw new Error(`no entry file for the function "${name}": ${entry}`);
  return entry;
}

/**
 * The code of a function. esbuild runs in this process: NodejsFunction's own bundling starts npx for each function,
 * a third of a synthesis, and `npm start` waits for it.
 */
export function bundledCode(name: string): Code {
  const entry = entryOf(name);
  return Code.fromAsset(dirname(entry), {
    // of what comes out: a function whose bundle did not change is not deployed again
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // never run, but CDK bundles each folder and command only once, and all functions share a folder
      image: DockerImage.fromRegistry('scratch'),
      command: [name],
      local: {
        tryBundle: (outputDirectory) => {
          buildSync({ ...BUNDLE_OPTIONS, entryPoints: [entry], outfile: join(outputDirectory, 'index.mjs') });
          return true;
        },
      },
    },
  });
}
