import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/base/json';
import { Connections } from '../../lib/connections/connections';
import type { LifecycleEvent } from '../../lib/connections/lifecycle-event';
import { bringUpToDate, type OperationWriter, RetryableDelivery } from '../../lib/delivery/deliver';
import type { SendResult } from '../../lib/delivery/messenger';
import { packRows } from '../../lib/delivery/pack-rows';
import type { Operation } from '../../lib/platform/model';
import { Operations } from '../../lib/platform/operations/operations';
import { callAt } from '../support/calls';
import { ManualClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';

let tables: Tables;
let operations: Operations;
let connections: Connections;
let numbers = 700;
let agentId: string;
let request: { tenant: string; agentId: string; agentSerial: string };
const clock = new ManualClock();

interface Sent {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: string;
  readonly confirm: boolean;
}
let sent: Sent[] = [];
/** What the next messages come to; acknowledged when there are no more. */
let results: SendResult[] = [];

/** One row per fragment, none for what no template knows. */
const rows = (operation: Operation) =>
  Object.keys(operation.fragments)
    .filter((name) => name.startsWith('c8y_'))
    .map((name) => `${name},${operation.id}`);
const staticWriter: OperationWriter = {
  writeOperation: (operation) => [{ topic: 's/ds', rows: rows(operation) }],
};
const customWriter: OperationWriter = {
  writeOperation: ({ fragments }) => ('acme_Own' in fragments ? [{ topic: 's/dc/acme', rows: ['999,s/dc/acme'] }] : []),
};

const deliver = () =>
  bringUpToDate(request, {
    operations,
    connections,
    clock,
    writers: [staticWriter, customWriter],
    messenger: {
      send: async (clientId, topic, payload, { confirm }) => {
        sent.push({ clientId, topic, payload, confirm });
        return results.shift() ?? 'acknowledged';
      },
    },
  });

const event = (eventType: LifecycleEvent['eventType'], ms: number, topics: readonly string[] = []): LifecycleEvent => ({
  clientId: `d:SN${agentId}`,
  eventType,
  timestamp: clock.now() + ms,
  sessionIdentifier: 'one',
  ...(eventType.endsWith('connected') && { versionNumber: 1 }),
  topics,
});
const heard = (one: LifecycleEvent) => connections.apply('t100', request.agentSerial, one);

async function created(fragments: JsonObject = { c8y_Restart: {} }): Promise<Operation> {
  const result = await operations.create(callAt(clock.now()), { deviceId: agentId, fragments });
  if (!result.ok) throw new Error(result.error.reason);
  return result.value;
}
const stateOf = async ({ id }: Operation) => {
  const found = await operations.get('t100', id);
  return [found?.status, found?.acknowledgedAt !== undefined, found?.delivery.map(({ result }) => result)];
};

beforeAll(async () => {
  tables = await startTables();
  connections = new Connections({ registry: tables.registry, clock });
  operations = new Operations({
    registry: tables.registry,
    clock,
    directory: {
      deviceOf: async (_, id) => ({ id, serial: `SN${id}` }),
      agentOf: async (_, id) => ({ id, serial: `SN${id}` }),
    },
    inventory: { updateFragments: async () => undefined },
  });
});
afterAll(async () => tables.close());
beforeEach(async () => {
  agentId = String(++numbers);
  request = { tenant: 't100', agentId, agentSerial: `SN${agentId}` };
  sent = [];
  results = [];
  await heard(event('connected', -60_000));
  await heard(event('subscribed', -59_000, ['s/ds']));
});

describe('bringUpToDate', () => {
  it('sends what is pending in order, confirmed, and only once', async () => {
    const made = [await created(), await created({ c8y_Command: {}, c8y_Restart: {} }), await created()];
    expect(await deliver()).toEqual({ delivered: 3, skipped: 0 });
    const [one, two, three] = made.map(({ id }) => id);
    const message = (payload: string) => ({ clientId: `d:SN${agentId}`, topic: 's/ds', payload, confirm: true });
    expect(sent).toEqual([
      message(`c8y_Restart,${one}`),
      message(`c8y_Command,${two}\nc8y_Restart,${two}`),
      message(`c8y_Restart,${three}`),
    ]);
    for (const operation of made) expect(await stateOf(operation)).toEqual(['PENDING', true, ['ACKNOWLEDGED']]);
    expect(await deliver()).toEqual({ delivered: 0, skipped: 0 });
    expect(sent).toHaveLength(3);
  });

  it('records connection and time of an attempt', async () => {
    const { id } = await created();
    await deliver();
    const now = new Date(clock.now()).toISOString();
    expect(await operations.get('t100', id)).toMatchObject({
      acknowledgedAt: now,
      delivery: [{ time: now, clientId: `d:SN${agentId}`, connection: 'one', result: 'ACKNOWLEDGED' }],
    });
  });

  it.each([
    ['offline', 'OFFLINE'],
    ['unknown', 'UNKNOWN'],
  ] as const)('stops when the device is %s and goes on there the next time', async (result, kept) => {
    const made = [await created(), await created(), await created()];
    results = ['acknowledged', result];
    expect(await deliver()).toEqual({ delivered: 1, skipped: 0, stopped: result });
    expect(await Promise.all(made.map(stateOf))).toEqual([
      ['PENDING', true, ['ACKNOWLEDGED']],
      ['PENDING', false, [kept]],
      ['PENDING', false, []],
    ]);
    expect(await deliver()).toEqual({ delivered: 2, skipped: 0 });
    expect((await Promise.all(made.map(stateOf)))[1]).toEqual(['PENDING', true, [kept, 'ACKNOWLEDGED']]);
  });

  it('lets the queue try again when the broker throttles', async () => {
    const operation = await created();
    results = ['throttled'];
    await expect(deliver()).rejects.toThrow(RetryableDelivery);
    expect(await stateOf(operation)).toEqual(['PENDING', false, ['THROTTLED']]);
    expect(await deliver()).toEqual({ delivered: 1, skipped: 0 });
  });

  it('is not held up by what no template knows or the broker will never take', async () => {
    const [unknown, refused, fine] = [await created({ acme_Odd: {} }), await created(), await created()];
    results = ['refused'];
    expect(await deliver()).toEqual({ delivered: 1, skipped: 2 });
    expect(await Promise.all([unknown, refused, fine].map(stateOf))).toEqual([
      ['PENDING', false, []],
      ['PENDING', false, ['REFUSED']],
      ['PENDING', true, ['ACKNOWLEDGED']],
    ]);
  });

  it('uses every topic the device listens on, and no other', async () => {
    await created({ c8y_Restart: {}, acme_Own: {} });
    await deliver();
    expect(sent.map(({ topic }) => topic)).toEqual(['s/ds']);
    await heard(event('subscribed', 0, ['s/dc/#']));
    await created({ c8y_Restart: {}, acme_Own: {} });
    await deliver();
    expect(sent.slice(1)).toMatchObject([{ topic: 's/ds' }, { topic: 's/dc/acme', payload: '999,s/dc/acme' }]);
  });

  it('sends nothing to a device that does not listen for operations', async () => {
    await heard(event('unsubscribed', -1_000, ['s/ds']));
    await created();
    expect(await deliver()).toEqual({ delivered: 0, skipped: 1 });
    expect(sent).toEqual([]);
  });

  it('spares a device that is known to be gone, and asks the broker about one that has just left', async () => {
    await created();
    await heard(event('disconnected', -30_000));
    results = ['offline'];
    expect(await deliver()).toMatchObject({ stopped: 'offline' });
    expect(sent).toHaveLength(1);
    clock.advance(60_000);
    expect(await deliver()).toMatchObject({ stopped: 'offline' });
    expect(sent).toHaveLength(1);
    request = { ...request, agentSerial: 'never-seen' };
    expect(await deliver()).toMatchObject({ stopped: 'offline' });
  });

  it('sends nothing that the device works on already', async () => {
    const { id } = await created();
    const select = { by: 'id', id } as const;
    const call = callAt(clock.now() + 1);
    await operations.updateFromDevice(
      call,
      { id: agentId },
      { id: agentId },
      { select, status: 'EXECUTING', parameters: [] },
    );
    expect(await deliver()).toEqual({ delivered: 0, skipped: 0 });
  });
});

describe('the answer to 500', () => {
  it('has all pending operations, delivered or not, oldest first', async () => {
    const [one, two] = [await created(), await created({ c8y_Command: {} })];
    await deliver();
    const pending = await operations.pendingOf(request.tenant, request.agentId);
    const messages = (limit: number) => packRows(pending.map(rows), limit);
    expect(messages(1000)).toEqual([`c8y_Restart,${one.id}\nc8y_Command,${two.id}`]);
    expect(messages(40)).toEqual([`c8y_Restart,${one.id}`, `c8y_Command,${two.id}`]);
  });
});
