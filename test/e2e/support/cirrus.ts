import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoints } from '../../../local/announce';
import { type CirrusSettings, type RunningCirrus, startCirrus } from '../../../local/cirrus';
import { type LocalOptions, OWN_CLOUD } from '../../../local/options';

/** What AWS waits minutes for before it retries. */
const FAST: CirrusSettings = { retryDelays: [50, 100] };

/** What a test file has to know of the running Cirrus; plain data, because it crosses to another process. */
export interface ProvidedCirrus {
  readonly endpoints: Endpoints;
  readonly tenant: string;
  readonly user: string;
  readonly password: string;
  /** File name of the CA's certificate. */
  readonly caFile: string;
  /** For AWS SDK clients of the test: may do everything. */
  readonly aws: RunningCirrus['cloud']['clientConfiguration'];
  /** The stack's outputs: table names, queue URLs. */
  readonly outputs: Readonly<Record<string, string>>;
}

export function provided({ cloud, endpoints, caFile }: RunningCirrus): ProvidedCirrus {
  const { tenant, adminUser, adminPassword } = OWN_CLOUD;
  const { clientConfiguration: aws, outputs } = cloud;
  return { endpoints, tenant, user: adminUser, password: adminPassword, caFile, aws, outputs };
}

/** Starts a Cirrus of the caller's own, with its certificates in a temporary folder that goes with it. */
export async function startTestCirrus(
  settings: CirrusSettings = {},
  options: Partial<LocalOptions> = {},
): Promise<RunningCirrus> {
  const certificateDir = await mkdtemp(join(tmpdir(), 'cirrus-test-'));
  const cirrus = await startCirrus({ ...OWN_CLOUD, ...options }, {}, { certificateDir, ...FAST, ...settings });
  return {
    ...cirrus,
    close: async () => {
      await cirrus.close();
      await rm(certificateDir, { recursive: true, force: true });
    },
  };
}
