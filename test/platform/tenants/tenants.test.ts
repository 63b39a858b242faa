import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Tenants } from '../../../lib/platform/tenants/tenants';
import { ManualClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';

const clock = new ManualClock();
let tables: Tables;
let deps: { registry: Tables['registry']; clock: ManualClock };
beforeAll(async () => {
  tables = await startTables();
  deps = { registry: tables.registry, clock };
});
afterAll(() => tables.close());

describe('Tenants', () => {
  it('are created once, with a retention', async () => {
    const tenants = new Tenants(deps);
    const created = await tenants.create({ id: 't300', domain: 't300.example' });
    const tenant = { id: 't300', name: 't300', domain: 't300.example', retentionDays: 60 };
    expect(created).toEqual({ ok: true, value: tenant });
    expect(await tenants.create({ id: 't300', domain: 'other' })).toMatchObject({
      ok: false,
      error: { kind: 'exists' },
    });
    expect(await tenants.get('t300')).toEqual(tenant);
    expect(await tenants.list()).toEqual([tenant]);
    expect(await tenants.get('nobody')).toBeUndefined();
    for (const wrong of [{ id: 'a#b' }, { id: '' }, { id: 'x', retentionDays: 0 }, { id: 'x', retentionDays: 1.5 }]) {
      expect(await tenants.create({ domain: 'd', ...wrong })).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    }
  });

  it('have options by category', async () => {
    const tenants = new Tenants(deps);
    await tenants.setOption('t300', 'device-registration', 'security-token.policy', 'REQUIRED');
    await tenants.setOption('t300', 'device', 'x', '1');
    expect(await tenants.option('t300', 'device', 'x')).toBe('1');
    expect(await tenants.option('t100', 'device', 'x')).toBeUndefined();
    expect(await tenants.options('t300')).toHaveLength(2);
    expect(await tenants.options('t300', 'device')).toEqual([{ category: 'device', key: 'x', value: '1' }]);
  });
});
