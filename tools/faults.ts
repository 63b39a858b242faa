import { parseArgs } from 'node:util';
import { PROFILE_NAMES, type ProfileName } from './faults/profiles';
import { runSeed, SEEDS_PER_DATABASE, type SeedReport } from './faults/seed';
import { startDatabase } from './faults/tables';

const HELP = `Publishes a fleet's day through faults, and compares what is stored with the day without them.

  npm run faults -- [--seeds N] [--from N] [--profile NAME]

  --seeds N       seeds of each profile (default: 20)
  --from N        the first seed (default: 1)
  --profile NAME  one of ${PROFILE_NAMES.join(', ')} (default: all of them)
  --help          this text

Exit code: 0 every seed ends as without faults, 1 one does not, 2 wrong call.`;

// Node 20 is supported here; without this the SDK prints a notice that it will drop Node 20
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '1' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const profiles = PROFILE_NAMES.filter((name) => values.profile === undefined || values.profile === name);
const [seeds, from] = [Number(values.seeds), Number(values.from)];

async function runProfile(profile: ProfileName): Promise<readonly SeedReport[]> {
  const reports: SeedReport[] = [];
  let database = await startDatabase();
  for (let index = 0; index < seeds; index++) {
    if (index > 0 && index % SEEDS_PER_DATABASE === 0) {
      database = await startDatabase();
    }
    const report = await runSeed(database, profile, from + index);
    reports.push(report);
    if (report.lines.length === 0) continue;
    console.log(`npm run faults -- --from ${report.seed} --seeds 1 --profile ${profile}`);
    for (const line of report.lines) console.log(`  ${line}`);
  }
  return reports;
}

let isWrong = false;
for (const profile of profiles) {
  const started = Date.now();
  const reports = await runProfile(profile);
  const sum = (of: (report: SeedReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const faults: Record<string, number> = {};
  for (const { run } of reports)
    for (const [fault, count] of Object.entries(run.faults)) faults[fault] = (faults[fault] ?? 0) + count;
  const wrong = reports.filter(({ lines }) => lines.length > 0).length;
  isWrong ||= wrong > 0;
  console.log(
    `${profile}: ${reports.length} seeds, ${sum(({ run }) => run.publishes)} publishes, ${sum(({ run }) => run.requests)} requests, ${Date.now() - started} ms`,
  );
  console.log(`  faults ${JSON.stringify(faults)}`);
  console.log(
    `  lost ${sum(({ differences }) => differences.lost)}, doubled ${sum(({ differences }) => differences.doubled)}, different ${sum(({ differences }) => differences.different)}, failure queue ${sum(({ run }) => run.failed)}, redriven ${sum(({ run }) => run.redriven)}, seeds wrong ${wrong}`,
  );
}
process.exitCode = isWrong ? 1 : 0;
