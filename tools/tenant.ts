import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { messageOf } from '../lib/api/error-body';
import { type Clock, systemClock } from '../lib/base/clock';
import { defined } from '../lib/base/defined';
import { Listeners } from '../lib/changes/listeners';
import { Claims } from '../lib/connections/claims';
import { connectionEnder } from '../lib/connections/end-connection';
import { Credentials, type Role } from '../lib/platform/access/credentials';
import { Tenants } from '../lib/platform/tenants/tenants';
import { Table } from '../lib/storage/table';

const USAGE = `npm run tenant -- create <tenant> --table <RegistryTable> [--admin NAME] [--domain HOST] [--retention-days N]
npm run tenant -- user <tenant> <name> --table <RegistryTable> [--device | --device-manager | --reader]
npm run tenant -- release <tenant> <device identifier> --table <RegistryTable>
npm run tenant -- events <tenant> on|off --table <RegistryTable>
npm run tenant -- list --table <RegistryTable>

The table is the output RegistryTable of the stack; credentials and Region come from the AWS environment. Passwords are
generated and printed once; CIRRUS_PASSWORD sets one instead. \`release\` gives a device identifier free and ends its
connections; its user may take it again at once, others after two minutes.

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
    readonly 'device-manager': boolean;
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
      'device-manager': { type: 'boolean', default: false },
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
  if (verb === 'release' && tenant !== undefined && name !== undefined) return release(deps, tenant, name);
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
  return save(setup, tenant, name, rolesOf(setup.options));
}

function rolesOf({ device, reader, 'device-manager': manager }: Setup['options']): readonly Role[] {
  if (device) return [];
  return [reader ? 'reader' : manager ? 'deviceManager' : 'admin'];
}

/** Gives a device identifier free, so that another user or tenant can take it. */
async function release(
  { registry, clock }: { readonly registry: Table; readonly clock: Clock },
  tenant: string,
  identifier: string,
): Promise<number> {
  const clients = await new Claims(registry, clock).release(tenant, identifier);
  if (clients === undefined) return refused(`${tenant} does not hold the device identifier ${identifier}`);
  const endConnection = connectionEnder({ target: 'aws' });
  for (const clientId of clients) await endConnection(clientId);
  console.log(`${identifier} is free; its connections are ended: ${clients.join(', ') || 'it had none'}`);
  return 0;
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
  roles: readonly Role[],
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
