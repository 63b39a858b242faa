import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../../lib/base/result';
import { PROFILE_NAMES, type ProfileName } from './profiles';

export const HELP = `Publishes a fleet's day through faults, and compares what is stored with the same day without them.

  npm run faults -- [--seeds N] [--from N] [--profile NAME] [--jobs N]

  --seeds N       seeds of each profile (default: 20)
  --from N        the first seed (default: 1)
  --profile NAME  one of ${PROFILE_NAMES.join(', ')} (default: all of them)
  --jobs N        processes that work at once (default: one for each core)
  --help          this text

A seed that ends in another way is printed with the command that repeats it.

Exit code: 0 every seed ends as without faults, 1 one does not, 2 wrong call.`;

/** What to run. */
export interface FaultsOptions {
  readonly seeds: number;
  readonly from: number;
  readonly profiles: readonly ProfileName[];
  readonly jobs: number;
  readonly help: boolean;
}

const OPTIONS = {
  seeds: { type: 'string', default: '20' },
  from: { type: 'string', default: '1' },
  profile: { type: 'string' },
  jobs: { type: 'string', default: String(availableParallelism()) },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line; the error says what is wrong with it. */
export function parseFaultsOptions(args: readonly string[]): Result<FaultsOptions, string> {
  let values: ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];
  try {
    ({ values } = parseArgs({ args: [...args], options: OPTIONS }));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const { profile, help } = values;
  const profiles = PROFILE_NAMES.filter((name) => profile === undefined || name === profile);
  if (profiles.length === 0) return fail(`--profile: ${profile} is none of ${PROFILE_NAMES.join(', ')}`);
  const [seeds, from, jobs] = [Number(values.seeds), Number(values.from), Number(values.jobs)];
  for (const [name, number] of Object.entries({ seeds, from, jobs })) {
    if (!Number.isInteger(number) || number < 1) return fail(`--${name} must be a whole number from 1`);
  }
  return ok({ seeds, from, profiles, jobs, help });
}
