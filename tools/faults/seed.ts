import type { InProcessDynamodb } from '@cirrus/local-aws';
import { type Day, planDay } from './day';
import { type Differences, differencesBetween } from './differences';
import type { newInstance } from './functions';
import type { ProfileName } from './profiles';
import { ROUGH } from './rates';
import { DayRun, type RunReport } from './run';
import { type Fact, factsOf } from './state';

/** What one seed of a profile came to. */
export interface SeedReport {
  readonly profile: ProfileName;
  readonly seed: number;
  readonly run: RunReport;
  /** What was compared, by kind. */
  readonly compared: Readonly<Record<Fact['kind'], number>>;
  readonly differences: Differences;
  /** What is wrong, for people; empty when nothing is. */
  readonly lines: readonly string[];
}

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
  const bystander = { ...day, publishes: day.publishes.slice(0, BYSTANDER_PUBLISHES), operations: [], requests: [] };
  await new DayRun(bystander, { database, tenant: tenants.other }).run();
  const before = await factsOf(database, tenants.other, day.end);
  const options = { database, tenant: tenants.rough, rates: ROUGH, ...(functions && { newInstance: functions }) };
  const run = await new DayRun(day, options).run();
  const expected = await factsOf(database, tenants.peaceful, day.end);
  const differences = differencesBetween(expected, await factsOf(database, tenants.rough, day.end));
  const touched = differencesBetween(before, await factsOf(database, tenants.other, day.end)).lines;
  const lines = [
    ...reference.problems.map((problem) => `without faults: ${problem}`),
    ...run.problems,
    ...differentAnswers(day, reference.statuses, run.statuses),
    ...differences.lines,
    ...touched.map((line) => `in the other tenant: ${line}`),
  ];
  const compared = { object: 0, reading: 0, alarm: 0, operation: 0, list: 0 };
  for (const { kind } of expected) compared[kind]++;
  return { profile, seed, run, compared, differences, lines };
}

/** Publishes that make the devices of the other tenant. */
const BYSTANDER_PUBLISHES = 6;

/** Requests that were answered with another status than without faults. */
const differentAnswers = (day: Day, expected: readonly number[], found: readonly number[]): readonly string[] =>
  day.requests.flatMap(({ method, path, body }, index) =>
    expected[index] === found[index] || (method === 'DELETE' && found[index] === 404)
      ? []
      : [`${method} ${path} ${JSON.stringify(body)}: ${expected[index]} without faults, ${found[index]} with them`],
  );
