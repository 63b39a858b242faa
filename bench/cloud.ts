import { type CirrusSettings, type RunningCirrus, startCirrus } from '../local/cirrus';
import type { LocalOptions } from '../local/options';
import { PublishLog } from '../local/publish-log';

/** The embedded cloud as benches start it: any free ports, tables in memory, nothing printed. */
export const BENCH_OPTIONS: LocalOptions = {
  host: '127.0.0.1',
  ports: { mqtt: 0, mqtts: 0, ws: 0, wss: 0, http: 0, https: 0 },
  tenant: 't100',
  adminUser: 'admin',
  adminPassword: 'secret',
  bootstrapPassword: 'bootstrap',
  quiet: true,
};

/** Far above what a machine does: the broker's limit per connection is not what benches measure. */
const NO_LIMIT = 1_000_000;

/** Starts the stack with the functions' log level as deployed; anything lost on the way is said on standard error. */
export function startBenchCloud(settings: CirrusSettings = {}): Promise<RunningCirrus> {
  const faults = new PublishLog(true, (line) => console.error(line));
  return startCirrus(
    BENCH_OPTIONS,
    {
      onLog: (functionName, line) => faults.functionLine(functionName, line),
      onEvent: (event) => {
        faults.brokerEvent(event);
        // a device would wait for the acknowledgement for ever
        if (event.kind === 'discarded' || event.kind === 'refused') console.error(event);
      },
    },
    { logLevel: 'INFO', connectionPublishesPerSecond: NO_LIMIT, ...settings },
  );
}

/** What a device logs in with. */
export const BENCH_LOGIN = {
  username: `${BENCH_OPTIONS.tenant}/${BENCH_OPTIONS.adminUser}`,
  password: BENCH_OPTIONS.adminPassword,
} as const;

/** The name of one of the stack's tables. */
export function tableName({ cloud }: RunningCirrus, output: 'RegistryTable' | 'TelemetryTable'): string {
  const name = cloud.outputs[output];
  if (name === undefined) throw new Error(`the stack has no output ${output}`);
  return name;
}
