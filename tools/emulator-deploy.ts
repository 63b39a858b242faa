import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { synthesize } from '../cdk/synthesize';
import { systemClock } from '../lib/base/clock';
import { seed } from '../local/seed';
import { cdklocal } from './emulator/cdklocal';
import {
  ACCOUNTS,
  clientConfiguration,
  EMULATOR_USAGE,
  type EmulatorSettings,
  emulatorSettings,
  outputsFile,
  SettingsError,
  stackOutputsOf,
} from './emulator/settings';

/** Synthesizes the emulator target, deploys it, and creates the tenant with its administrator. */
async function deploy(settings: EmulatorSettings): Promise<void> {
  const app = join(settings.dir, 'assembly');
  synthesize({ context: { target: 'emulator' }, outdir: app });
  await cdklocal(settings, ['bootstrap', '--app', app, '--no-notices']);
  const outputs = ['--outputs-file', outputsFile(settings)];
  await cdklocal(settings, ['deploy', '--app', app, '--no-notices', '--require-approval', 'never', ...outputs]);
  const { ApiUrl, RegistryTable } = stackOutputsOf(settings);
  const client = new DynamoDBClient(clientConfiguration(settings));
  await seed({ client, registryTable: RegistryTable, clock: systemClock }, ACCOUNTS);
  client.destroy();
  console.log(`deployed: ${ApiUrl}, user ${ACCOUNTS.tenant}/${ACCOUNTS.adminUser}, password ${ACCOUNTS.adminPassword}`);
}

try {
  await deploy(emulatorSettings(process.argv.slice(2), process.env));
} catch (error) {
  console.error(error instanceof SettingsError ? `${error.message}\n\n${EMULATOR_USAGE}` : error);
  process.exitCode = error instanceof SettingsError ? 2 : 1;
}
