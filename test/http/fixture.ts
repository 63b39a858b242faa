import { expect } from 'vitest';
import type { Platform } from '../../lib/api/platform';
import type { RoutedChange } from '../../lib/changes/changes';
import { ClaimLookup } from '../../lib/connections/claim-lookup';
import { Claims } from '../../lib/connections/claims';
import { DeviceIdentifiers } from '../../lib/connections/device-identifiers';
import type { DeliveryRequest } from '../../lib/delivery/queue';
import { createApp } from '../../lib/http/app';
import type { AppOptions } from '../../lib/http/options';
import { Credentials } from '../../lib/platform/access/credentials';
import type { PlatformDeps } from '../../lib/platform/call';
import { platformServices } from '../../lib/platform/services';
import { beginWork } from '../../lib/platform/unit-of-work';
import { FlowingClock, type ManualClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';

export const BASE = 'http://t100.example.com';
export const ADMIN = 't100/admin:secret';
export const READER = 't100/reader:secret';
export const MANAGER = 't100/manager:secret';
export const NOBODY = 't100/nobody:secret';
export const PUMP = 't100/device_pump:pump-password';
export const VALVE = 't100/device_valve:valve-password';
export const STRANGER = 't200/admin:secret';

export interface Sent {
  /** Sent as JSON; a text goes as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** `tenant/user:password`; an administrator of t100 when left out, nobody for ''. */
  readonly as?: string;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, the text otherwise, undefined when there is none. */
  readonly body: unknown;
}

/** REST over a database of its own, in process: two tenants, people of every role, two device users. */
export interface Rest {
  readonly platform: Platform;
  readonly app: ReturnType<typeof createApp>;
  readonly clock: ManualClock;
  readonly tables: Tables;
  /** What was asked of the delivery room. */
  readonly deliveries: { readonly request: DeliveryRequest; readonly cause: string }[];
  /** What notifications would hear. */
  readonly changes: RoutedChange[];
  send(method: string, path: string, sent?: Sent): Promise<Received>;
  /** Sends a POST that has to work, and gives the new object's id. */
  create(path: string, body: unknown, as?: string): Promise<string>;
  close(): Promise<void>;
}

export async function startRest(options: Partial<AppOptions> = {}): Promise<Rest> {
  const tables = await startTables();
  const clock = new FlowingClock();
  const deliveries: Rest['deliveries'] = [];
  const changes: RoutedChange[] = [];
  const deps = { registry: tables.registry, telemetry: tables.telemetry, clock };
  const platform = platformOf(deps, deliveries);
  await seed(platform);
  const app = createApp(platform, {
    clock,
    beginWork: (origin) => {
      const message = beginWork({ ...deps, tenants: platform.tenants }, origin);
      return {
        effects: message.effects,
        flush: async () => {
          changes.push(...message.effects.changes);
          await message.flush();
        },
      };
    },
    onUnexpected: (error) => {
      throw error;
    },
    ...options,
  });
  const send: Rest['send'] = async (method, path, sent = {}) => {
    // every request at a time of its own, so that later ones win
    clock.advance(1);
    return received(await app.request(`${BASE}${path}`, { method, ...initOf(sent) }));
  };
  const create: Rest['create'] = async (path, body, as = ADMIN) => {
    const made = await send('POST', path, { body, as });
    if (made.status !== 201) throw new Error(`POST ${path}: ${made.status} ${JSON.stringify(made.body)}`);
    return idOf(made);
  };
  return { platform, app, clock, tables, deliveries, changes, send, create, close: () => tables.close() };
}

function platformOf(deps: PlatformDeps, deliveries: Rest['deliveries']): Platform {
  const services = platformServices(deps);
  const credentials = new Credentials(deps, async () => Buffer.from('a key for tests'));
  const claims = new Claims(deps.registry, deps.clock);
  const lookup = new ClaimLookup(deps.registry, deps.clock);
  return {
    ...services,
    credentials,
    identifiers: new DeviceIdentifiers({ ...services, claims, lookup, endConnection: async () => undefined }),
    requestDelivery: async (request, cause) => void deliveries.push({ request, cause }),
  };
}

async function seed({ tenants, credentials }: Platform): Promise<void> {
  for (const id of ['t100', 't200']) await tenants.create({ id, domain: `${id}.example.com` });
  const human = { password: 'secret', kind: 'human' } as const;
  await credentials.createUser('t100', { ...human, userName: 'admin', roles: ['admin'] });
  await credentials.createUser('t100', { ...human, userName: 'reader', roles: ['reader'] });
  await credentials.createUser('t100', { ...human, userName: 'manager', roles: ['deviceManager'] });
  await credentials.createUser('t100', { ...human, userName: 'nobody', roles: [] });
  await credentials.createUser('t200', { ...human, userName: 'admin', roles: ['admin'] });
  for (const name of ['pump', 'valve']) {
    const device = { userName: `device_${name}`, password: `${name}-password`, kind: 'device', roles: [] } as const;
    await credentials.createUser('t100', device);
  }
}

function initOf({ body, headers = {}, as = ADMIN }: Sent): { headers: Record<string, string>; body?: string } {
  return {
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(as !== '' && { authorization: `Basic ${Buffer.from(as).toString('base64')}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}

async function received(response: Response): Promise<Received> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const body: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

export function idOf({ body }: Received): string {
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string') return body.id;
  throw new Error(`no id in ${JSON.stringify(body)}`);
}

/** What a refusal looks like to `toMatchObject`. */
export const refusal = (status: number, error: string | RegExp = /./) => ({
  status,
  body: { error: expect.stringMatching(error), message: expect.any(String), info: expect.any(String) },
});
