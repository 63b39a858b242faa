import { beginWork } from '../../lib/platform/unit-of-work';
import type { Rest } from '../http/fixture';
import { callAt } from '../support/calls';

/** An object with something of every kind that a path can name. */
export interface Target {
  readonly tenant: string;
  readonly id: string;
  readonly serial: string;
  readonly alarm: string;
  readonly event: string;
  readonly measurement: string;
  readonly operation: string;
  /** An object that is attached to it in every way. */
  readonly attached: string;
}

/** Gateways with a child and a service each: of the device user itself, of another one, and of another tenant. */
export interface World {
  readonly own: readonly Target[];
  readonly other: readonly Target[];
  readonly far: readonly Target[];
}

interface Gateway {
  readonly tenant: string;
  readonly user: string;
  readonly root: string;
  /** A word in everything that it has. */
  readonly secret: string;
}

export const makeWorld = async (rest: Rest): Promise<World> => ({
  own: await makeGateway(rest, { tenant: 't100', user: 'device_pump', root: 'pump', secret: 'own-secret' }),
  other: await makeGateway(rest, { tenant: 't100', user: 'device_valve', root: 'valve', secret: 'other-secret' }),
  far: await makeGateway(rest, { tenant: 't200', user: 'device_far', root: 'far', secret: 'far-secret' }),
});

/** The root belongs to the gateway's user. A person has made what is below it. */
async function makeGateway(rest: Rest, gateway: Gateway): Promise<readonly Target[]> {
  const { root: serial, user } = gateway;
  const { tenant } = gateway;
  const claimed = await rest.platform.identifiers.bind({ tenant, user, kind: 'device', roles: [] }, serial);
  if (!claimed.ok) throw new Error(claimed.error.reason);
  const root = await makeTarget(rest, gateway, serial, user);
  const child = await makeTarget(rest, gateway, `${serial}-c`, 'admin', { id: root.id, kind: 'childDevices' });
  const service = await makeTarget(rest, gateway, `${serial}-s`, 'admin', { id: root.id, kind: 'childAdditions' });
  return [root, child, service];
}

async function makeTarget(
  { platform, clock, tables }: Rest,
  { tenant, secret }: Gateway,
  serial: string,
  user: string,
  parent?: { readonly id: string; readonly kind: 'childDevices' | 'childAdditions' },
): Promise<Target> {
  clock.advance(1);
  const { origin } = callAt(clock.now(), { tenant, user });
  const work = beginWork({ telemetry: tables.telemetry, tenants: platform.tenants }, origin);
  const call = { origin, effects: work.effects };
  const { inventory, identity, alarms, events, measurements, operations } = platform;
  const marker = parent === undefined ? { com_cumulocity_model_Agent: {} } : {};
  const id = idOf(await inventory.create(call, { fragments: { name: serial, secret, c8y_IsDevice: {}, ...marker } }));
  for (const type of ['c8y_Serial', 'acme_Name']) await identity.bind(call, id, type, serial);
  if (parent !== undefined) await inventory.addChild(call, parent.id, parent.kind, id);
  const attached = idOf(await inventory.create(call, { fragments: { name: `${serial}-a`, secret } }));
  for (const kind of ['childDevices', 'childAssets', 'childAdditions'] as const) {
    await inventory.addChild(call, id, kind, attached);
  }
  const alarm = idOf(await alarms.raise(call, { id }, { type: 'acme_Hot', text: secret, severity: 'MAJOR' }));
  const operation = idOf(await operations.create(call, { deviceId: id, fragments: { c8y_Restart: {}, secret } }));
  const event = idOf(events.create(call, { id }, { type: 'acme_Boot', text: secret, fragments: {} }));
  const measured = { [secret]: { T: { value: 1 } } };
  const measurement = idOf(measurements.create(call, { id }, { type: 'acme', fragments: measured }));
  await work.flush();
  return { tenant, id, serial, alarm, operation, attached, event, measurement };
}

function idOf(
  made:
    | { readonly ok: true; readonly value: { readonly id: string } }
    | { readonly ok: false; readonly error: unknown },
): string {
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value.id;
}
