import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { messageOf } from '../lib/api/error-body';
import { systemClock } from '../lib/base/clock';
import { defined } from '../lib/base/defined';
import { Listeners } from '../lib/changes/listeners';
import { Credentials } from '../lib/platform/access/credentials';
import { Tenants } from '../lib/platform/tenants/tenants';
import { Table } from '../lib/storage/table';

const USAGE = `npm run tenant -- create <tenant> --table <RegistryTable> [--admin NAME] [--domain HOST] [--retention-days N]
npm run tenant -- user <tenant> <name> --table <RegistryTable> [--device | --reader]
npm run tenant -- events <tenant> on|off --table <RegistryTable>
npm run tenant -- list --table <RegistryTable>

The table is the output RegistryTable of the stack; credentials and Region come from the AWS environment. Passwords are
generated and printed once; CIRRUS_PASSWORD sets one instead.

Exit code: 0 done, 1 refused, 2 wrong call.`;

const PASSWORD_BYTES = 24;

interface Setup {
  readonly listeners: Listeners;
  readonly tenants: Tenants;
  readonly credentials: Credentials;
  readonly options: {
    readonly admin: string;
    readonly domain?: string | undefined;
    readonly 'retention-days'?: string | undefined;
    readonly device: boolean;
    readonly reader: boolean;
  };
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      table: { type: 'string' },
      admin: { type: 'string', default: 'admin' },
      domain: { type: 'string' },
      'retention-days': { type: 'string' },
      device: { type: 'boolean', default: false },
      reader: { type: 'boolean', default: false },
    },
  });
  const [verb, tenant, name] = positionals;
  if (values.table === undefined) return wrongCall('--table is missing');
  const deps = { registry: new Table(new DynamoDBClient({}), values.table), clock: systemClock };
  const setup: Setup = {
    listeners: new Listeners(deps),
    tenants: new Tenants(deps),
    // the key is for remembering verified passwords, and this tool verifies none
    credentials: new Credentials(deps, async () => systemClock.randomBytes(32)),
    options: values,
  };
  if (verb === 'list') return list(setup);
  if (verb === 'create' && tenant !== undefined) return create(setup, tenant);
  if (verb === 'user' && tenant !== undefined && name !== undefined) return addUser(setup, tenant, name);
  if (verb === 'events' && tenant !== undefined && (name === 'on' || name === 'off')) {
    return switchEvents(setup, tenant, name === 'on');
  }
  return wrongCall('unknown or incomplete command');
}

async function list({ tenants }: Setup): Promise<number> {
  for (const { id, name, domain, retentionDays } of await tenants.list()) {
    console.log(`${id}  ${name}  ${domain}  ${retentionDays} days`);
  }
  return 0;
}

async function create(setup: Setup, id: string): Promise<number> {
  const { domain = id, 'retention-days': days } = setup.options;
  const made = await setup.tenants.create(
    defined({ id, domain, retentionDays: days === undefined ? undefined : Number(days) }),
  );
  if (!made.ok) return refused(messageOf(made.error));
  console.log(`tenant ${id} keeps measurements and events for ${made.value.retentionDays} days`);
  return save(setup, id, setup.options.admin, ['admin']);
}

async function addUser(setup: Setup, tenant: string, name: string): Promise<number> {
  if ((await setup.tenants.get(tenant)) === undefined) return refused(`there is no tenant ${tenant}`);
  return save(setup, tenant, name, setup.options.device ? [] : [setup.options.reader ? 'reader' : 'admin']);
}

/** For rules on the event bus that were made by hand; `CirrusEventRule` tells the platform about its own. */
async function switchEvents({ tenants, listeners }: Setup, tenant: string, enabled: boolean): Promise<number> {
  if ((await tenants.get(tenant)) === undefined) return refused(`there is no tenant ${tenant}`);
  await listeners.setProcess(tenant, enabled);
  console.log(
    `changes of ${tenant} ${enabled ? 'go to the event bus, within five seconds' : 'go to rules made by CDK only'}`,
  );
  return 0;
}

async function save(
  { credentials, options }: Setup,
  tenant: string,
  userName: string,
  roles: readonly ('admin' | 'reader')[],
): Promise<number> {
  const given = process.env.CIRRUS_PASSWORD;
  const password = given ?? Buffer.from(systemClock.randomBytes(PASSWORD_BYTES)).toString('base64url');
  const kind = options.device ? 'device' : 'human';
  const made = await credentials.createUser(tenant, { userName, password, kind, roles });
  if (!made.ok) return refused(messageOf(made.error));
  console.log(`user ${tenant}/${userName}${given === undefined ? `  password ${password}` : ''}`);
  return 0;
}

function wrongCall(what: string): number {
  console.error(`${what}\n\n${USAGE}`);
  return 2;
}

function refused(why: string): number {
  console.error(why);
  return 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  // `parseArgs` throws a TypeError for an option that does not exist; everything else comes from AWS
  process.exitCode = error instanceof TypeError ? wrongCall(why) : refused(why);
}
