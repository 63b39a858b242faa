import { parseArgs } from 'node:util';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import pc from 'picocolors';
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
  for await (const redriven of redrive({ ...options, sqs, lambda, startedAt: Date.now() })) {
    console.log(line(redriven));
    counts[redriven.outcome]++;
  }
  const done = options.dryRun ? `${counts['would replay']} to replay` : `${counts.replayed} replayed`;
  console.log(`${done}, ${counts.kept} kept`);
  return counts.kept === 0 ? 0 : 1;
}

/** Undefined: only help was asked for. @throws TypeError for an option that does not exist */
function argumentsOf(args: readonly string[]): Arguments | undefined {
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
  if (values.help) return undefined;
  const queueUrl = values['queue-url'];
  if (queueUrl === undefined) throw new TypeError('--queue-url is missing');
  return {
    queueUrl,
    dryRun: values['dry-run'],
    ingest: values.function,
    lifecycle: values['lifecycle-function'],
  };
}

async function main(): Promise<number> {
  try {
    const given = argumentsOf(process.argv.slice(2));
    if (given !== undefined) return await run(given);
    console.log(HELP);
    return 0;
  } catch (error) {
    const wrongCall = error instanceof TypeError;
    console.error(wrongCall ? `${error.message}\n\n${HELP}` : String(error));
    return wrongCall ? 2 : 1;
  }
}

process.exitCode = await main();
