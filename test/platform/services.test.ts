import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RegistryDeps } from '../../lib/platform/call';
import type { Origin } from '../../lib/platform/model';
import { platformServices, registryServices } from '../../lib/platform/services';
import { beginChanges, beginWork } from '../../lib/platform/unit-of-work';
import { FlowingClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';
import { callAt } from './support';

const TENANT = 't100';
let tables: Tables;
let deps: RegistryDeps;
let services: ReturnType<typeof registryServices>;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());
beforeEach(() => {
  deps = { registry: tables.registry, clock: new FlowingClock() };
  services = registryServices(deps);
});

describe('who hears of what', () => {
  it('a deleted object: its serial is remembered no more', async () => {
    const { devices, inventory } = services;
    const { id } = await devices.ensureRoot(callAt(0), 'gone');
    expect(await devices.find(TENANT, 'gone')).toMatchObject({ id });
    expect(await devices.agentOf(TENANT, id)).toMatchObject({ id });
    expect(await inventory.delete(callAt(1), id)).toMatchObject({ ok: true });
    expect(await devices.find(TENANT, 'gone')).toBeUndefined();
    expect(await devices.agentOf(TENANT, id)).toBeUndefined();
  });

  it('a required availability: the device is watched from now on', async () => {
    const { devices, inventory } = services;
    const { id } = await devices.ensureRoot(callAt(0), 'watched');
    await inventory.update(callAt(1), id, { c8y_RequiredAvailability: { responseInterval: 10 } });
    expect(await inventory.get(TENANT, id)).toMatchObject({ fragments: { c8y_Availability: { status: 'AVAILABLE' } } });
    expect(await devices.find(TENANT, 'watched')).toMatchObject({ responseInterval: 10 });
  });

  it('every listener of a requirement, in turn', async () => {
    const heard: string[] = [];
    for (const name of ['first', 'second']) services.inventory.whenRequired(async () => void heard.push(name));
    await services.inventory.create(callAt(0), { fragments: { c8y_RequiredAvailability: { responseInterval: 1 } } });
    expect(heard).toEqual(['first', 'second']);
  });

  it('is said in services.ts and nowhere else', () => {
    const sources = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const subscribing = sources.filter((name) => /\.when[A-Z]\w*\(/.test(readFileSync(join('lib', name), 'utf8')));
    expect(subscribing).toEqual([join('platform', 'services.ts')]);
  });
});

describe('a function without the telemetry table', () => {
  const origin: Origin = { tenant: TENANT, user: '', mode: 'PERSISTENT', receivedAt: 0, messageId: 'm', row: 1 };

  it('has no service that makes or finds readings', () => {
    expect(services).not.toHaveProperty('measurements');
    expect(services).not.toHaveProperty('events');
    expect(services).not.toHaveProperty('parameters');
  });

  it('cannot build those services, nor hand a reading to its message: the types refuse it', () => {
    // @ts-expect-error there is no telemetry table
    const build = () => platformServices(deps);
    // @ts-expect-error there is no telemetry table
    const begin = () => beginWork({ tenants: services.tenants }, origin);
    // @ts-expect-error its effects take no readings
    const store = () => beginChanges({}, origin).effects.store({ kind: 'event' });
    expect([build, begin, store]).toHaveLength(3);
  });
});
