import { chunksOf } from './faults/chunk';
import { inJobs } from './faults/jobs';
import { type FaultsOptions, HELP, parseFaultsOptions } from './faults/options';
import { ProfileReport } from './faults/report';

// Node 20 is supported here; without this the SDK prints a notice that it will drop Node 20
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Runs the profiles one after the other. True when every seed ended as without faults. */
async function run({ profiles, from, seeds, jobs }: FaultsOptions): Promise<boolean> {
  let isRight = true;
  for (const profile of profiles) {
    const started = Date.now();
    const report = new ProfileReport(profile);
    await inJobs(chunksOf(profile, from, seeds), jobs, (seed) => {
      for (const line of report.add(seed)) console.log(line);
    });
    console.log(`${report.text}\n  ${Math.round((Date.now() - started) / 1000)} s`);
    isRight &&= report.isRight;
  }
  return isRight;
}

const options = parseFaultsOptions(process.argv.slice(2));
if (!options.ok) {
  console.error(`${options.error}\n\n${HELP}`);
  process.exitCode = 2;
} else if (options.value.help) console.log(HELP);
else process.exitCode = (await run(options.value)) ? 0 : 1;
