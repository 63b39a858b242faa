import type { InProcessDynamodb } from '@cirrus/local-aws';
import { planDay } from './day';
import { type Differences, differencesBetween } from './differences';
import type { newInstance } from './functions';
import type { ProfileName } from './profiles';
import { ROUGH } from './rates';
import { DayRun, type RunReport } from './run';
import { factsOf } from './state';

/** What one seed of a profile came to. */
export interface SeedReport {
  readonly profile: ProfileName;
  readonly seed: number;
  readonly run: RunReport;
  readonly differences: Differences;
  /** What is wrong, for people; empty when nothing is. */
  readonly lines: readonly string[];
}

/** Seeds that one database serves, before a new one keeps it fast. */
export const SEEDS_PER_DATABASE = 25;

/**
 * Runs the day of a seed twice, without faults and with them, in tenants of their own, and compares what is there
 * afterwards. A third tenant has devices with the same serials, and nothing may happen to it.
 */
export async function runSeed(
  database: InProcessDynamodb,
  profile: ProfileName,
  seed: number,
  functions?: typeof newInstance,
): Promise<SeedReport> {
  const day = planDay(profile, seed);
  const tenants = { peaceful: `${profile}-${seed}-p`, rough: `${profile}-${seed}-r`, other: `${profile}-${seed}-o` };
  const reference = await new DayRun(day, { database, tenant: tenants.peaceful }).run();
  const bystander = { ...day, publishes: day.publishes.slice(0, BYSTANDER_PUBLISHES), operations: [] };
  await new DayRun(bystander, { database, tenant: tenants.other }).run();
  const before = await factsOf(database, tenants.other);
  const options = { database, tenant: tenants.rough, rates: ROUGH, ...(functions && { newInstance: functions }) };
  const run = await new DayRun(day, options).run();
  const differences = differencesBetween(
    await factsOf(database, tenants.peaceful),
    await factsOf(database, tenants.rough),
  );
  const touched = differencesBetween(before, await factsOf(database, tenants.other)).lines;
  const lines = [
    ...reference.problems.map((problem) => `without faults: ${problem}`),
    ...run.problems,
    ...differences.lines,
    ...touched.map((line) => `in the other tenant: ${line}`),
  ];
  return { profile, seed, run, differences, lines };
}

/** Publishes that make the devices of the other tenant. */
const BYSTANDER_PUBLISHES = 6;
