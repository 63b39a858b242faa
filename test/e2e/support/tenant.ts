import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../../lib/base/clock';
import { Credentials } from '../../../lib/platform/access/credentials';
import { Tenants } from '../../../lib/platform/tenants/tenants';
import { Table } from '../../../lib/storage/table';
import type { ProvidedCirrus } from './cirrus';

/**
 * Creates a tenant with an administrator, as `npm run tenant` does. Returns the same Cirrus with the login of that
 * user.
 */
export async function anotherTenant(cirrus: ProvidedCirrus, tenant: string): Promise<ProvidedCirrus> {
  const client = new DynamoDBClient(cirrus.aws);
  const deps = { registry: new Table(client, String(cirrus.outputs.RegistryTable)), clock: systemClock };
  const [user, password] = ['operator', 'other-secret'];
  await new Tenants(deps).create({ id: tenant, domain: tenant });
  const credentials = new Credentials(deps, async () => systemClock.randomBytes(32));
  await credentials.createUser(tenant, { userName: user, password, kind: 'human', roles: ['admin'] });
  client.destroy();
  return { ...cirrus, tenant, user, password };
}
