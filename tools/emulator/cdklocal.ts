import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { type EmulatorSettings, SettingsError } from './settings';

const CDKLOCAL = createRequire(import.meta.url).resolve('aws-cdk-local/bin/cdklocal');

/**
 * Runs cdklocal, the CDK command line pointed at an emulator, in this process's terminal.
 * @throws when it fails; cdklocal has printed why
 */
export async function cdklocal(settings: EmulatorSettings, args: readonly string[]): Promise<void> {
  const { endpoint, s3Endpoint, region } = settings;
  if (!(await answers(endpoint))) throw new SettingsError(`no emulator answers at ${endpoint.origin}`);
  const child = spawn(process.execPath, [CDKLOCAL, ...args], {
    stdio: 'inherit',
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint.origin,
      AWS_ENDPOINT_URL_S3: s3Endpoint,
      AWS_REGION: region,
      // cdklocal removes all other AWS variables, so that it never deploys to AWS by mistake
      AWS_ENVAR_ALLOWLIST: 'AWS_REGION',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`cdklocal ${args[0]} ended with ${code}`);
}

async function answers(endpoint: URL): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  );
}
