import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Identity } from '../../../lib/platform/inventory/identity';
import { Inventory } from '../../../lib/platform/inventory/inventory';
import { callAt } from '../../support/calls';
import { FlowingClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';

const clock = new FlowingClock();
let tables: Tables;
let deps: { registry: Tables['registry']; clock: FlowingClock };
beforeAll(async () => {
  tables = await startTables();
  deps = { registry: tables.registry, clock };
});
afterAll(() => tables.close());

describe('Identity', () => {
  it('binds, finds, lists and unbinds names', async () => {
    const [inventory, identity] = [new Inventory(deps), new Identity(deps)];
    const call = callAt(clock.now());
    const made = await inventory.create(call, { fragments: {} });
    const id = made.ok ? made.value.id : '';
    const bound = { type: 'acme/№', externalId: 'a#b/c%23:d', managedObjectId: id };
    expect(await identity.bind(call, id, bound.type, bound.externalId)).toEqual({ ok: true, value: bound });
    expect(await identity.bind(call, id, bound.type, bound.externalId)).toMatchObject({
      ok: false,
      error: { kind: 'exists', reason: 'externalIdTaken' },
    });
    expect(await identity.bind(call, '1', 'x', 'y')).toMatchObject({ ok: false, error: { kind: 'notFound' } });
    expect(await identity.find('t100', bound.type, bound.externalId)).toEqual(bound);
    expect(await identity.find('t200', bound.type, bound.externalId)).toBeUndefined();
    expect(await identity.find('t100', bound.type, 'a#b/c#:d')).toBeUndefined();
    expect(await identity.list('t100', id)).toEqual([bound]);
    expect(await identity.unbind(call, bound.type, bound.externalId)).toEqual({ ok: true, value: undefined });
    expect(await identity.unbind(call, bound.type, bound.externalId)).toMatchObject({
      ok: false,
      error: { kind: 'notFound' },
    });
    expect(await identity.list('t100', id)).toEqual([]);
  });

  it('remembers a serial for a minute, and forgets one that is unbound', async () => {
    const [inventory, identity] = [new Inventory(deps), new Identity(deps)];
    const call = callAt(clock.now());
    const made = await inventory.create(call, { fragments: {} });
    const id = made.ok ? made.value.id : '';
    await identity.bind(call, id, 'c8y_Serial', 's-1');
    expect(await identity.resolve('t100', 's-1')).toEqual({ id, serial: 's-1' });
    expect((await tables.calls.counting(() => identity.resolve('t100', 's-1'))).commands).toEqual({});
    await identity.unbind(call, 'c8y_Serial', 's-1');
    expect(await identity.resolve('t100', 's-1')).toBeUndefined();
  });
});
