import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { bundlesBench } from './bundles';
import { codecBench } from './codec';
import { costBench } from './cost';
import { hopsBench } from './hops';
import { ingestBench } from './ingest';
import { killBench } from './kill';
import { realtimeBench } from './realtime';
import { type Bench, type Check, checkTable, exitCodeOf } from './report';

const BENCHES: readonly Bench[] = [
  codecBench,
  ingestBench,
  bundlesBench,
  costBench,
  realtimeBench,
  hopsBench,
  killBench,
];
const USAGE = `npm run bench -- [${BENCHES.map(({ name }) => name).join('|')}] [--json FILE]

Exit code: 0 every figure is reached, 1 one is MISSED, 2 wrong call.`;

interface Request {
  readonly benches: readonly Bench[];
  readonly json?: string;
}

/** Which benches to run: all when none is named. Undefined for a wrong call. */
function requested(args: readonly string[]): Request | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'string' } },
    });
    if (positionals.some((name) => BENCHES.every((bench) => bench.name !== name))) return undefined;
    const benches = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    return { benches, ...(values.json !== undefined && { json: values.json }) };
  } catch {
    return undefined;
  }
}

const machine = {
  cores: availableParallelism(),
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
};

/** Shows a step on the last line of a terminal, where the next step replaces it. A log gets no such lines. */
function progress(line: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
}

const request = requested(process.argv.slice(2));
if (request === undefined) {
  console.error(USAGE);
  process.exit(2);
}
console.log(`${machine.cores} cores (${machine.processor}), Node ${machine.node}, ${machine.platform}`);
const checks: Check[] = [];
const figures: Record<string, unknown> = {};
for (const bench of request.benches) {
  console.log(`\n${bench.title}\n`);
  const report = await bench.run(progress);
  progress('');
  console.log(report.text);
  checks.push(...report.checks);
  figures[bench.name] = report.figures;
}
console.log(`\nFigures to reach\n\n${checkTable(checks)}`);
if (request.json !== undefined) {
  writeFileSync(request.json, `${JSON.stringify({ machine, checks, figures }, undefined, 2)}\n`);
}
process.exitCode = exitCodeOf(checks);
