import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `Runs the fuzz properties of test/fuzz with many cases and prints what ran.

  npm run fuzz -- --rows 100000 --requests 10000

  --rows N       rows of SmartREST (default 10000)
  --requests N   cases of every other file: requests, frames, packets (default 1000)
  --only TEXT    files whose name contains it
  --help         this text

A property stops at its first failure, which is a server error or a lost row, and prints the seed that repeats it.
Exit code: 0 no failure, 1 failures, 2 wrong call.`;

const FOLDER = 'test/fuzz';
/** The file that counts rows; all others count requests. */
const ROWS_FILE = 'rows.test.ts';
const HOURS_MS = 6 * 3_600_000;

interface Ran {
  readonly file: string;
  readonly cases: number;
  readonly seconds: number;
  readonly failures: number;
  /** What the file has counted, such as `rows`. */
  readonly counts: Readonly<Record<string, number>>;
}

async function run(file: string, cases: number, folder: string): Promise<Ran> {
  const results = join(folder, `${file}.json`);
  const counted = join(folder, `${file}.counts`);
  const started = Date.now();
  const child = spawn(
    'npx',
    [
      ...['vitest', 'run', join(FOLDER, file), '--project', 'unit', '--testTimeout', String(HOURS_MS)],
      ...['--reporter', 'default', '--reporter', 'json', '--outputFile.json', results],
    ],
    { stdio: 'inherit', env: { ...process.env, FUZZ_RUNS: String(cases), FUZZ_REPORT: counted } },
  );
  const [code] = await once(child, 'exit');
  const seconds = (Date.now() - started) / 1000;
  const failures = code === 0 ? 0 : Math.max(1, failedTests(results));
  return { file, cases, seconds, failures, counts: countsOf(counted) };
}

function failedTests(file: string): number {
  try {
    return Number((JSON.parse(readFileSync(file, 'utf8')) as { numFailedTests?: number }).numFailedTests ?? 0);
  } catch {
    // vitest itself has failed, and has said so
    return 0;
  }
}

function countsOf(file: string): Record<string, number> {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return Object.assign({}, ...lines.map((line) => JSON.parse(line) as Record<string, number>));
  } catch {
    // not every file counts
    return {};
  }
}

function line({ file, cases, seconds, failures, counts }: Ran): string {
  const extra = Object.entries(counts).map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`);
  const columns = [
    file.padEnd(24),
    `${cases.toLocaleString('en-US').padStart(9)} cases`,
    `${seconds.toFixed(0).padStart(5)} s`,
  ];
  return [...columns, `${failures} failures`, ...extra].join('  ');
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new TypeError(`not a number of cases: ${text}`);
  return Number(text);
}

function options() {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '10000' },
      requests: { type: 'string', default: '1000' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, rows: wholeNumber(values.rows), requests: wholeNumber(values.requests) };
}

async function main(): Promise<number> {
  let asked: ReturnType<typeof options>;
  try {
    asked = options();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return 2;
  }
  if (asked.help) {
    console.log(HELP);
    return 0;
  }
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts') && name.includes(asked.only));
  const folder = mkdtempSync(join(tmpdir(), 'cirrus-fuzz-'));
  const ran: Ran[] = [];
  try {
    for (const file of files) ran.push(await run(file, file === ROWS_FILE ? asked.rows : asked.requests, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const failures = ran.reduce((sum, one) => sum + one.failures, 0);
  console.log(['', ...ran.map(line), `server errors and lost rows: ${failures}`].join('\n'));
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
