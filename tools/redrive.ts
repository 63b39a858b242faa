import { parseArgs } from 'node:util';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import pc from 'picocolors';
import { fail, ok, type Result } from '../lib/base/result';
import { type Redriven, redrive } from './redrive/redrive';

const HELP = `Hands what is in the failure queue to its function again, once the cause is repaired.

  npm run redrive -- --queue-url URL

  --queue-url URL             the stack's output FailureQueueUrl
  --dry-run                   show what is there and change nothing; the messages are hidden for five minutes
  --function NAME             gets what an uplink rule could not hand over (default: cirrus-ingest)
  --lifecycle-function NAME   gets what a lifecycle rule could not hand over (default: cirrus-lifecycle)
  --help                      this text

Credentials and Region come from the AWS environment. A message leaves the queue only once Lambda has accepted it; one
that fails again comes back. Exit code: 0 nothing was kept, 1 something was, 2 wrong call.`;

const MARKS: Readonly<Record<Redriven['outcome'], string>> = {
  replayed: pc.green('replayed    '),
  'would replay': pc.cyan('would replay'),
  kept: pc.red('kept        '),
};
const CAUSE_SHOWN = 160;

function line({ outcome, replay, reason }: Redriven): string {
  const { functionName = '', subject = '', topic = '', cause = '' } = replay ?? {};
  const name = functionName.slice(functionName.lastIndexOf(':') + 1);
  const columns = [MARKS[outcome], name.padEnd(18), (subject || '-').padEnd(24), (topic || '-').padEnd(16)];
  return [...columns, (reason ?? cause).slice(0, CAUSE_SHOWN)].join('  ').trimEnd();
}

interface Arguments {
  readonly queueUrl: string;
  readonly dryRun: boolean;
  readonly ingest: string;
  readonly lifecycle: string;
}

async function run(options: Arguments): Promise<number> {
  const [sqs, lambda] = [new SQSClient({}), new LambdaClient({})];
  const counts: Record<Redriven['outcome'], number> = { replayed: 0, 'would replay': 0, kept: 0 };
  for await (const redriven of redrive({ ...options, sqs, lambda })) {
    console.log(line(redriven));
    counts[redriven.outcome]++;
  }
  const done = options.dryRun ? `${counts['would replay']} to replay` : `${counts.replayed} replayed`;
  console.log(`${done}, ${counts.kept} kept`);
  return counts.kept === 0 ? 0 : 1;
}

/** Reads the arguments. Undefined when only help was asked for. */
function argumentsOf(args: readonly string[]): Result<Arguments | undefined, string> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'queue-url': { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        function: { type: 'string', default: 'cirrus-ingest' },
        'lifecycle-function': { type: 'string', default: 'cirrus-lifecycle' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { 'queue-url': queueUrl, 'dry-run': dryRun, function: ingest, 'lifecycle-function': lifecycle } = values;
    if (values.help) return ok(undefined);
    return queueUrl === undefined ? fail('--queue-url is missing') : ok({ queueUrl, dryRun, ingest, lifecycle });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

async function main(): Promise<number> {
  const given = argumentsOf(process.argv.slice(2));
  if (!given.ok) {
    console.error(`${given.error}\n\n${HELP}`);
    return 2;
  }
  if (given.value === undefined) {
    console.log(HELP);
    return 0;
  }
  try {
    return await run(given.value);
  } catch (error) {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    return 1;
  }
}

process.exitCode = await main();
