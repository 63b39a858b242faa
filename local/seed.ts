import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { messageOf } from '../lib/api/error-body';
import type { Clock } from '../lib/base/clock';
import { Credentials } from '../lib/platform/access/credentials';
import { Tenants } from '../lib/platform/tenants/tenants';
import { Table } from '../lib/storage/table';

/** Tenant of the user that devices register with (docs/reference/mqtt-implementation.md#registration-by-pairing). */
const MANAGEMENT = 'management';
const BOOTSTRAP_USER = 'devicebootstrap';

/** The accounts of a new Cirrus. */
export interface SeedAccounts {
  readonly tenant: string;
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly bootstrapPassword: string;
}

/** The database to write to. */
export interface SeedTarget {
  readonly client: DynamoDBClient;
  /** Name of the registry table: the stack's output `RegistryTable`. */
  readonly registryTable: string;
  readonly clock: Clock;
}

/** Creates the tenant, its administrator and the bootstrap user. If they exist, their passwords are set again. */
export async function seed({ client, registryTable, clock }: SeedTarget, accounts: SeedAccounts): Promise<void> {
  const registry = new Table(client, registryTable);
  const tenants = new Tenants({ registry, clock });
  // the key is for remembering verified passwords, and nothing is verified here
  const credentials = new Credentials({ registry, clock }, async () => clock.randomBytes(32));
  for (const id of new Set([MANAGEMENT, accounts.tenant])) {
    if ((await tenants.get(id)) === undefined) await tenants.create({ id, domain: 'localhost' });
  }
  await person(credentials, accounts.tenant, accounts.adminUser, accounts.adminPassword, ['admin']);
  await person(credentials, MANAGEMENT, BOOTSTRAP_USER, accounts.bootstrapPassword, []);
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
  if (!done.ok) throw new Error(`user ${tenant}/${userName}: ${messageOf(done.error)}`);
}
