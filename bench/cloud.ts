import { type CirrusSettings, type RunningCirrus, startCirrus } from '../local/cirrus';
import { OWN_CLOUD } from '../local/options';
import { PublishLog } from '../local/publish-log';

/** PUBLISH packets per second, far above what a machine does. Benches do not measure the broker's limit. */
const NO_LIMIT = 1_000_000;

/** Starts the stack with the log level that is deployed. Whatever is lost on the way is printed on standard error. */
export function startBenchCloud(settings: CirrusSettings = {}): Promise<RunningCirrus> {
  const faults = new PublishLog(true, (line) => console.error(line));
  return startCirrus(
    OWN_CLOUD,
    {
      onLog: (functionName, line) => faults.functionLine(functionName, line),
      onEvent: (event) => {
        faults.brokerEvent(event);
        // without this line a bench would wait for an acknowledgement for ever, and nobody would know why
        if (event.kind === 'discarded' || event.kind === 'refused') console.error(event);
      },
    },
    { logLevel: 'INFO', connectionPublishesPerSecond: NO_LIMIT, ...settings },
  );
}

/** What the bench's devices log in with. */
export const BENCH_LOGIN = {
  username: `${OWN_CLOUD.tenant}/${OWN_CLOUD.adminUser}`,
  password: OWN_CLOUD.adminPassword,
} as const;

/** The name of one of the stack's tables. */
export function tableName({ cloud }: RunningCirrus, output: 'RegistryTable' | 'TelemetryTable'): string {
  const name = cloud.outputs[output];
  if (name === undefined) throw new Error(`the stack has no output ${output}`);
  return name;
}
