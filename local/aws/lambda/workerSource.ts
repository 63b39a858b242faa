import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

let source: Promise<string> | undefined;

/** The JavaScript of `worker.ts`, built once per process. */
export function workerSource(): Promise<string> {
  source ??= bundle();
  return source;
}

async function bundle(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  const [file] = result.outputFiles;
  if (!file) throw new Error('esbuild gave no output for worker.ts');
  return file.text;
}
