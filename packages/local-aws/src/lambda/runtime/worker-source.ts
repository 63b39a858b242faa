import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Format } from 'esbuild';

let source: Promise<string> | undefined;
const preloads = new Map<string, Promise<string>>();

/** The JavaScript of `worker.ts`, built once per process, because a worker thread cannot load TypeScript. */
export function workerSource(): Promise<string> {
  source ??= bundle(fileURLToPath(new URL('./worker.ts', import.meta.url)), 'cjs');
  return source;
}

/** A URL from which a worker can import a preload module. TypeScript is bundled first, once per process. */
export function preloadUrl(path: string): Promise<string> {
  if (extname(path) !== '.ts') return Promise.resolve(pathToFileURL(path).href);
  const known = preloads.get(path);
  if (known) return known;
  const url = bundle(path, 'esm').then((text) => `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  preloads.set(path, url);
  return url;
}

async function bundle(path: string, format: Format): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    platform: 'node',
    format,
    target: 'node20',
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`esbuild gave no output for ${path}`);
  return file.text;
}
