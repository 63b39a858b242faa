import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { BUNDLE_OPTIONS, entryOf } from '../cdk/bundle';
import { STACK_NAME, synthesize } from '../cdk/synthesize';
import { formatNumber, table } from '../local/table';
import type { Bench } from './report';

/** The functions that devices and clients wait for. Those that run only during a deployment are left out. */
const FUNCTIONS = ['authorize', 'ingest', 'lifecycle', 'deliver', 'api'] as const;
const SAMPLES = 21;
const KILOBYTE = 1_000;
const INGEST_KILOBYTES = 400;
const INGEST_LOAD_RATIO = 1.2;

/** The parts of a function in the template that are read here. */
interface FunctionResource {
  readonly Type: string;
  readonly Properties?: { readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> } };
}

/** The environment variables of all functions in the synthesized stack. Values that only AWS knows are `bench`. */
export function environment(): Record<string, string> {
  const { template } = synthesize({ validate: false }).getStackByName(STACK_NAME) as {
    readonly template: { readonly Resources: Readonly<Record<string, FunctionResource>> };
  };
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const variables = functions.flatMap(({ Properties }) => Object.entries(Properties?.Environment?.Variables ?? {}));
  return {
    ...Object.fromEntries(variables.map(([name, value]) => [name, typeof value === 'string' ? value : 'bench'])),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    PATH: process.env.PATH ?? '',
  };
}

/** A program that imports a module and prints how many milliseconds that took. */
const LOADER = `
const started = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - started), () => process.exit(0));
`;

interface Bundle {
  readonly file: string;
  readonly bytes: number;
  /** Milliseconds of each load. */
  readonly loads: number[];
}

interface Pair {
  readonly name: string;
  readonly own: Bundle;
  readonly bare: Bundle;
}

/** The function as it is deployed; `inputs` are the files it is made of. */
function bundleFunction(name: string, folder: string): { bundle: Bundle; inputs: readonly string[] } {
  const file = join(folder, name, 'index.mjs');
  const { metafile } = buildSync({ ...BUNDLE_OPTIONS, entryPoints: [entryOf(name)], outfile: file, metafile: true });
  return { bundle: { file, bytes: statSync(file).size, loads: [] }, inputs: Object.keys(metafile.inputs) };
}

/** The SDK's clients and commands that a function's own files import, by package. */
function sdkImports(inputs: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const imports = new Map<string, Set<string>>();
  for (const input of inputs.filter((path) => !path.includes('node_modules'))) {
    const found = readFileSync(input, 'utf8').matchAll(/import \{([^}]*)\} from '(@aws-sdk\/client-[^']*)'/g);
    for (const [, names = '', from = ''] of found) {
      const values = names.split(',').map((name) => name.trim());
      const known = imports.get(from) ?? new Set();
      for (const name of values) if (name !== '' && !name.startsWith('type ')) known.add(name);
      imports.set(from, known);
    }
  }
  return imports;
}

/** A bundle of nothing but the same clients and commands, with all credential providers that the SDK brings. */
function bundleBare(name: string, imports: ReturnType<typeof sdkImports>, folder: string): Bundle {
  const file = join(folder, name, 'bare.mjs');
  const { alias: _, ...plain } = BUNDLE_OPTIONS;
  const contents = [...imports]
    .map(([from, names]) => `export { ${[...names].join(', ')} } from '${from}';`)
    .join('\n');
  const banner = { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" };
  buildSync({ ...plain, stdin: { contents, resolveDir: import.meta.dirname }, outfile: file, banner });
  return { file, bytes: statSync(file).size, loads: [] };
}

function load({ file, loads }: Bundle, env: Record<string, string>): void {
  const url = pathToFileURL(file).href;
  const output = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', LOADER, url], {
    env,
    encoding: 'utf8',
  });
  loads.push(Number(output));
}

function measure(folder: string, progress: (line: string) => void): Pair[] {
  const pairs = FUNCTIONS.map((name) => {
    const { bundle, inputs } = bundleFunction(name, folder);
    return { name, own: bundle, bare: bundleBare(name, sdkImports(inputs), folder) };
  });
  const env = environment();
  // in turns, so that a busy machine slows all bundles alike; the first turn only warms the file cache
  for (let sample = 0; sample <= SAMPLES; sample++) {
    progress(`load ${sample} of ${SAMPLES}`);
    for (const { own, bare } of pairs) {
      for (const bundle of [own, bare]) {
        load(bundle, env);
        if (sample === 0) bundle.loads.length = 0;
      }
    }
  }
  return pairs;
}

const kilobytes = ({ bytes }: Bundle): number => bytes / KILOBYTE;
/** The lower quartile, because other work of the machine can only make a load slower. */
const loadMs = ({ loads }: Bundle): number => loads.toSorted((a, b) => a - b)[loads.length >> 2] ?? Number.NaN;

/** Size and load time of every function, beside those of a bundle of the same SDK clients and commands. */
export const bundlesBench: Bench = {
  name: 'bundles',
  title: `Bundles as deployed (1 kB = ${KILOBYTE} bytes); load = import in a fresh process, lower quartile of ${SAMPLES}`,
  run: async (progress) => {
    const folder = mkdtempSync(join(tmpdir(), 'cirrus-bench-'));
    try {
      const pairs = measure(folder, progress);
      const text = table(
        [
          { title: 'function', align: 'left' },
          ...['kB', 'bare SDK kB', 'ratio', 'load ms', 'bare SDK ms', 'ratio'].map((title) => ({ title })),
        ],
        pairs.map(({ name, own, bare }) => [
          name,
          formatNumber(kilobytes(own), 1),
          formatNumber(kilobytes(bare), 1),
          `${formatNumber(own.bytes / bare.bytes, 2)}x`,
          formatNumber(loadMs(own), 1),
          formatNumber(loadMs(bare), 1),
          `${formatNumber(loadMs(own) / loadMs(bare), 2)}x`,
        ]),
      );
      return {
        text,
        checks: pairs.filter(({ name }) => name === 'ingest').flatMap(ingestChecks),
        figures: figures(pairs),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const ingestChecks = ({ own, bare }: Pair) => [
  {
    what: 'ingest bundle',
    value: kilobytes(own),
    unit: 'kB',
    target: { is: 'at most', value: INGEST_KILOBYTES },
  } as const,
  {
    what: 'ingest load to bare SDK load',
    value: loadMs(own) / loadMs(bare),
    unit: 'x',
    target: { is: 'at most', value: INGEST_LOAD_RATIO },
  } as const,
];

const figures = (pairs: readonly Pair[]) =>
  pairs.map(({ name, own, bare }) => ({
    function: name,
    kilobytes: kilobytes(own),
    loadMs: loadMs(own),
    bare: { kilobytes: kilobytes(bare), loadMs: loadMs(bare) },
  }));
