import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../lib/config/clock';
import { Credentials } from '../lib/platform/credentials';
import { Tenants } from '../lib/platform/tenants';
import { Table } from '../lib/storage/table';
import type { EmbeddedCloud } from './aws/cloud';
import type { LocalOptions } from './options';

/** Tenant of the user that devices register with (mqtt-implementation section 3). */
const MANAGEMENT = 'management';
const BOOTSTRAP_USER = 'devicebootstrap';

/** Makes the tenant, its administrator and the bootstrap user; passwords follow the options at every start. */
export async function seed(cloud: EmbeddedCloud, clock: Clock, options: LocalOptions): Promise<void> {
  const client = new DynamoDBClient(cloud.clientConfiguration);
  const registry = new Table(client, output(cloud, 'RegistryTable'));
  const tenants = new Tenants({ registry, clock });
  // nothing is verified here, so nothing is remembered under the key
  const credentials = new Credentials({ registry, clock }, async () => clock.randomBytes(32));
  for (const id of new Set([MANAGEMENT, options.tenant])) {
    if ((await tenants.get(id)) === undefined) await tenants.create({ id, domain: 'localhost' });
  }
  await person(credentials, options.tenant, options.adminUser, options.adminPassword, ['admin']);
  await person(credentials, MANAGEMENT, BOOTSTRAP_USER, options.bootstrapPassword, []);
  client.destroy();
}

async function person(
  credentials: Credentials,
  tenant: string,
  userName: string,
  password: string,
  roles: readonly ['admin'] | readonly [],
): Promise<void> {
  const known = await credentials.user(tenant, userName);
  const done = known
    ? await credentials.setPassword(tenant, userName, password)
    : await credentials.createUser(tenant, { userName, password, kind: 'human', roles });
  if (!done.ok) throw new Error(`user ${tenant}/${userName}: ${done.error.message}`);
}

function output(cloud: EmbeddedCloud, name: string): string {
  const value = cloud.outputs[name];
  if (value === undefined) throw new Error(`the template has no output ${name}`);
  return value;
}
