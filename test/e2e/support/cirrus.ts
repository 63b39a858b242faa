import type { Endpoints } from '../../../local/announce';
import type { RunningCirrus } from '../../../local/cirrus';
import type { LocalOptions } from '../../../local/options';

/** How tests start an embedded Cirrus: any free ports, nothing said, the standard tenant and users. */
export const TEST_OPTIONS: LocalOptions = {
  host: '127.0.0.1',
  ports: { mqtt: 0, mqtts: 0, ws: 0, wss: 0, http: 0, https: 0 },
  tenant: 't100',
  adminUser: 'admin',
  adminPassword: 'secret',
  bootstrapPassword: 'bootstrap',
  quiet: true,
};

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
  const { tenant, adminUser, adminPassword } = TEST_OPTIONS;
  const { clientConfiguration: aws, outputs } = cloud;
  return { endpoints, tenant, user: adminUser, password: adminPassword, caFile, aws, outputs };
}
