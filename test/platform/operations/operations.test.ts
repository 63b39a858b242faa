import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../../lib/api/error-body';
import type { JsonObject } from '../../../lib/base/json';
import type { OperationSelector } from '../../../lib/platform/commands';
import { JOURNAL_WINDOW_MS } from '../../../lib/platform/journal';
import type { DeviceRef, Operation, OperationStatus } from '../../../lib/platform/model';
import { Operations } from '../../../lib/platform/operations/operations';
import { FlowingClock } from '../../support/clock';
import { startTables, type Tables } from '../../support/tables';
import { all, callAt, isoAt, onErrorRow, START } from '../support';

let tables: Tables;
let operations: Operations;
let agent: DeviceRef;
let child: DeviceRef;
let numbers = 500;
/** What was written into the devices' own objects. */
let told: { device: string; set: JsonObject; asOf: number }[] = [];
const clock = new FlowingClock(START - 1000);

beforeAll(async () => {
  tables = await startTables();
  operations = new Operations({
    registry: tables.registry,
    clock,
    directory: {
      deviceOf: async (_, id) => [agent, child].find((device) => device.id === id),
      agentOf: async () => (agent.serial === '' ? undefined : agent),
    },
    inventory: {
      updateFragments: async (call, device, { set }) => {
        told.push({ device, set, asOf: call.origin.receivedAt - START });
      },
    },
  });
});
afterAll(async () => tables.close());
beforeEach(() => {
  numbers += 2;
  agent = { id: String(numbers), serial: `TK-${numbers}` };
  child = { id: String(numbers + 1), serial: `TK-${numbers}-P1` };
  told = [];
});

/** A new operation that was sent to the agent at `sentAt`, in ms since `START`. */
async function created(
  fragments: JsonObject = { c8y_Restart: {} },
  device = agent,
  sentAt: number | 'never' = -400,
): Promise<Operation> {
  const result = await operations.create(callAt(-500), { deviceId: device.id, fragments });
  if (!result.ok) throw new Error(result.error.reason);
  if (sentAt !== 'never') await operations.handovers.sending('t100', result.value, START + sentAt);
  return result.value;
}

const oldest = (template: '501' | '502' | '503', fragment: string): OperationSelector => ({
  by: 'oldest',
  fragment,
  from: template === '501' ? 'PENDING' : 'EXECUTING',
});
const STATUS = { 501: 'EXECUTING', 502: 'FAILED', 503: 'SUCCESSFUL' } as const;

/** A row of a device: `row(1, '503', 'c8y_Command', 'done')`. */
function row(ms: number, template: '501' | '502' | '503', fragment = 'c8y_Restart', ...values: string[]) {
  return send(ms, oldest(template, fragment), STATUS[template], values);
}
function send(
  ms: number,
  select: OperationSelector,
  status: Exclude<OperationStatus, 'PENDING'>,
  values: readonly string[] = [],
  device = agent,
) {
  const [reason] = values;
  const failed = status === 'FAILED' && reason !== undefined;
  const parameters = failed ? [] : values;
  return operations.updateFromDevice(callAt(ms), agent, device, {
    select,
    status,
    parameters,
    ...(failed && { failureReason: reason }),
  });
}
const byId = (id: string): OperationSelector => ({ by: 'id', id });
const statusesOf = async (wanted: readonly Operation[]) =>
  Promise.all(wanted.map(async ({ id }) => (await operations.get('t100', id))?.status));

describe('create', () => {
  it('makes a PENDING operation for the agent above the device', async () => {
    const call = callAt(0);
    const result = await operations.create(call, {
      deviceId: child.id,
      fragments: { c8y_Restart: {}, description: 'r' },
    });
    expect(result).toEqual({
      ok: true,
      value: {
        id: expect.stringMatching(/^\d{17}$/),
        deviceId: child.id,
        agentId: agent.id,
        deviceSerial: child.serial,
        agentSerial: agent.serial,
        status: 'PENDING',
        creationTime: new Date(clock.now()).toISOString(),
        lastUpdated: new Date(clock.now()).toISOString(),
        delivery: [],
        fragments: { c8y_Restart: {}, description: 'r' },
      },
    });
    if (result.ok) expect(await operations.get('t100', result.value.id)).toEqual(result.value);
    expect(call.changes).toMatchObject([{ api: 'operations', action: 'CREATE', sourceId: child.id }]);
  });

  it('refuses no device, an unknown device and a device without an agent', async () => {
    const refused = (deviceId: string) => operations.create(callAt(0), { deviceId, fragments: {} });
    expect(await refused('')).toMatchObject({
      error: { kind: 'invalid', reason: 'missing', names: ['deviceId'] },
    });
    expect(await refused('1')).toMatchObject({ error: { kind: 'notFound', subject: 'operation' } });
    agent = { ...agent, serial: '' };
    expect(await refused(child.id)).toMatchObject({ error: { kind: 'invalid', subject: 'operation' } });
  });

  it('gives ascending ids in one millisecond, to all of many at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => created()));
    const ids = made.map(({ id }) => id);
    expect(new Set(ids).size).toBe(8);
    const listed = await all(operations.list('t100', { deviceId: agent.id }));
    expect(listed.map(({ id }) => id)).toEqual([...ids].sort());
  });
});

describe('rows', () => {
  it('501 and 503 take an operation to its end', async () => {
    const [first, second] = [await created(), await created()];
    const call = callAt(1);
    await operations.updateFromDevice(call, agent, agent, {
      select: oldest('501', 'c8y_Restart'),
      status: 'EXECUTING',
      parameters: [],
    });
    expect(call.changes).toMatchObject([{ action: 'UPDATE', object: { id: first.id, status: 'EXECUTING' } }]);
    expect(await row(2, '503')).toMatchObject({ ok: true, value: [{ id: first.id, status: 'SUCCESSFUL' }] });
    expect(await statusesOf([first, second])).toEqual(['SUCCESSFUL', 'PENDING']);
    expect(await operations.get('t100', first.id)).toMatchObject({ lastUpdated: isoAt(2) });
  });

  it('502 keeps the reason', async () => {
    const { id } = await created();
    await row(1, '501');
    expect(await row(2, '502', 'c8y_Restart', 'No permission, giving up')).toMatchObject({
      value: [{ id, status: 'FAILED', failureReason: 'No permission, giving up' }],
    });
  });

  it('are refused when nothing fits, and cost no write', async () => {
    await created({ c8y_Command: { text: 'ls' } });
    const usage = await tables.calls.counting(async () => {
      expect(onErrorRow(await row(1, '501'))).toMatchObject({
        error: { code: 41, text: 'No PENDING operation with fragment c8y_Restart' },
      });
    });
    expect(usage).toMatchObject({ commands: { Query: 1 }, writeUnits: 0 });
  });

  it('507 fails everything that executes and is content with nothing', async () => {
    const made = [await created(), await created(), await created()];
    await row(1, '501');
    await row(2, '501');
    expect(await send(3, { by: 'all', from: 'EXECUTING' }, 'FAILED', ['Rebooted'])).toMatchObject({ value: [{}, {}] });
    expect(await statusesOf(made)).toEqual(['FAILED', 'FAILED', 'PENDING']);
    expect(await send(4, { by: 'all', from: 'EXECUTING' }, 'FAILED')).toEqual({ ok: true, value: [] });
  });

  it('504 to 506 name an operation of that device', async () => {
    const { id } = await created();
    const text = `Operation with id ${id} for device id ${child.id} not found`;
    expect(onErrorRow(await send(1, byId(id), 'SUCCESSFUL', [], child))).toMatchObject({ error: { code: 41, text } });
    expect(await send(2, byId(id), 'FAILED', ['Cancelled'])).toMatchObject({ value: [{ failureReason: 'Cancelled' }] });
    expect(await send(3, byId(id), 'FAILED')).toMatchObject({ ok: true });
    expect(onErrorRow(await send(4, byId(id), 'SUCCESSFUL'))).toMatchObject({
      error: { text: expect.stringContaining('is FAILED') },
    });
    expect(onErrorRow(await send(5, byId('1'), 'EXECUTING'))).toMatchObject({
      error: { text: expect.stringContaining('not found') },
    });
  });

  it("leave other devices' operations alone", async () => {
    const [own, childs] = [await created(), await created({ c8y_Restart: {} }, child)];
    await send(1, oldest('501', 'c8y_Restart'), 'EXECUTING', [], child);
    expect(await statusesOf([own, childs])).toEqual(['PENDING', 'EXECUTING']);
  });

  it('a redelivered row completes what its first try has left', async () => {
    const { id } = await created();
    await row(1, '501');
    const key = { pk: `T#t100#OP#${id}`, sk: 'OP' };
    await tables.registry.update(key, { text: 'REMOVE progress, progressVersion' });
    expect(await row(1, '501')).toMatchObject({ ok: true, value: [{ id, status: 'EXECUTING' }] });
    expect(await operations.get('t100', id)).toMatchObject({ status: 'EXECUTING' });
  });

  it('may carry long results in quick succession', async () => {
    const results = Array.from({ length: 40 }, (_, index) => String(index).repeat(16_000));
    const made: Operation[] = [];
    for (const [index, result] of results.entries()) {
      made.push(await created({ c8y_Command: { text: 'cat' } }));
      expect(await row(index + 1, '503', 'c8y_Command', result)).toMatchObject({ ok: true });
    }
    expect(await statusesOf(made)).toEqual(made.map(() => 'SUCCESSFUL'));
    expect(await operations.pendingOf('t100', agent.id)).toEqual([]);
    const [first] = made;
    expect((await operations.get('t100', first?.id ?? ''))?.fragments).toEqual({
      c8y_Command: { text: 'cat', result: results[0] },
    });
  });

  it('each do their part when they arrive at once', async () => {
    const made = [await created(), await created(), await created()];
    await Promise.all([row(1, '501'), row(2, '501'), row(3, '503'), row(4, '501')]);
    expect(await statusesOf(made)).toEqual(['SUCCESSFUL', 'EXECUTING', 'EXECUTING']);
  });

  it('end in the same states for every arrival order, through the database', async () => {
    const anyRow = fc.tuple(
      fc.nat(999),
      fc.constantFrom('501', '501', '502', '503'),
      fc.constantFrom('c8y_Restart', 'c8y_Command'),
    );
    const rows = fc.uniqueArray(anyRow, { minLength: 2, maxLength: 6, selector: ([ms]) => ms });
    const outcome = async (sequence: [number, '501' | '502' | '503', string][]) => {
      numbers += 2;
      agent = { id: String(numbers), serial: `TK-${numbers}` };
      const made = [await created(), await created({ c8y_Command: { text: 'ls' } }), await created()];
      for (const [ms, template, fragment] of sequence) await row(ms, template, fragment, `said at ${ms}`);
      const found = await Promise.all(made.map(({ id }) => operations.get('t100', id)));
      return found.map((one) => [one?.status, one?.failureReason, one?.lastUpdated, one?.fragments]);
    };
    await fc.assert(
      fc.asyncProperty(rows, async (arrival) => {
        // creation times differ from run to run, and so does `lastUpdated` of operations that no row changed
        clock.set(START - 1000);
        const arrived = await outcome(arrival);
        clock.set(START - 1000);
        expect(arrived).toEqual(await outcome([...arrival].sort(([a], [b]) => a - b)));
      }),
      { numRuns: 30 },
    );
  });
});

describe('an operation that the device reads while it is sent', () => {
  const attempt = (result: 'OFFLINE' | 'ACKNOWLEDGED') => ({
    time: isoAt(-300),
    clientId: 'c',
    connection: 's',
    result,
  });
  const notReached = (operation: Operation) =>
    operations.handovers.sent('t100', operation, [attempt('OFFLINE')], { sentAt: START - 400 });

  it.each([
    ['500', () => operations.handovers.answer('t100', agent.id)],
    ['REST', (operation: Operation) => operations.handovers.read('t100', [operation])],
  ])('is handed over by %s, even if the message does not get through', async (_, read) => {
    const operation = await created();
    await read(operation);
    await notReached(operation);
    expect(await row(3, '503')).toMatchObject({ ok: true });
    expect(await statusesOf([operation])).toEqual(['SUCCESSFUL']);
  });

  it('is not handed over when nobody read it', async () => {
    const operation = await created();
    await notReached(operation);
    expect(await row(3, '503')).toMatchObject({ ok: false });
    expect(await statusesOf([operation])).toEqual(['PENDING']);
  });
});

describe('what 503 brings', () => {
  it.each([
    [
      { c8y_Command: { text: 'uptime' } },
      ['line 1\nline 2'],
      { c8y_Command: { text: 'uptime', result: 'line 1\nline 2' } },
    ],
    [
      { c8y_LogfileRequest: { logFile: 'syslog' } },
      ['https://x/1'],
      { c8y_LogfileRequest: { logFile: 'syslog', file: 'https://x/1' } },
    ],
    [{ c8y_Restart: {} }, ['ignored'], { c8y_Restart: {} }],
  ])('the operation %j', async (fragments, values, expected) => {
    const { id } = await created(fragments);
    await row(1, '503', Object.keys(fragments)[0], ...values);
    expect((await operations.get('t100', id))?.fragments).toEqual(expected);
    expect(told).toEqual([]);
  });

  it.each([
    [{ c8y_RelayArray: ['OPEN', 'OPEN'] }, ['OPEN', 'CLOSED'], { c8y_RelayArray: ['OPEN', 'CLOSED'] }],
    [{ c8y_CommunicationMode: { mode: 'SMS' } }, [], { c8y_CommunicationMode: { mode: 'SMS' } }],
    [
      { c8y_DownloadConfigFile: { url: 'u' }, c8y_ConfigurationDump: { id: '9200' } },
      [],
      { c8y_ConfigurationDump: { id: '9200', time: isoAt(1) } },
    ],
  ])('the device of %j', async (fragments, values, set) => {
    await created(fragments);
    await row(1, '503', Object.keys(fragments)[0], ...values);
    expect(told).toEqual([{ device: agent.id, set, asOf: 1 }]);
  });

  it('by id, whichever fragment the operation holds', async () => {
    const { id } = await created({ description: 'x', c8y_Command: { text: 'uptime' } });
    expect(await send(1, byId(id), 'SUCCESSFUL', ['ok'])).toMatchObject({
      value: [{ fragments: { c8y_Command: { text: 'uptime', result: 'ok' } } }],
    });
  });
});

describe('update', () => {
  it('moves the status forward and writes fragments', async () => {
    const { id } = await created();
    const update = (ms: number, status: OperationStatus, fragments: JsonObject = {}) =>
      operations.update(callAt(ms), id, { status, fragments });
    expect(await update(1, 'EXECUTING', { acme_Step: 1, acme_Old: true })).toMatchObject({
      value: { status: 'EXECUTING', fragments: { c8y_Restart: {}, acme_Step: 1 } },
    });
    const call = callAt(2);
    const done = await operations.update(call, id, {
      status: 'SUCCESSFUL',
      fragments: { acme_Step: 2, acme_Old: null },
    });
    expect(done).toMatchObject({ value: { fragments: { c8y_Restart: {}, acme_Step: 2 } } });
    if (done.ok) expect(done.value.fragments).not.toHaveProperty('acme_Old');
    expect(call.changes).toMatchObject([{ action: 'UPDATE' }]);
    expect(await update(3, 'EXECUTING')).toMatchObject({ error: { kind: 'invalid', subject: 'operation' } });
    expect(told).toEqual([]);
  });

  it('refuses an unknown operation', async () => {
    const refused = await operations.update(callAt(0), '1', { status: 'FAILED' });
    expect(refused).toMatchObject({ error: { kind: 'notFound', subject: 'operation', id: '1' } });
    expect(!refused.ok && messageOf(refused.error)).toContain("No operation for gid '1'!");
  });

  it('of an operation that left the agenda only adds fragments', async () => {
    const [first] = [await created(), await created(), await created()];
    await row(1, '503');
    await row(2 * JOURNAL_WINDOW_MS, '501');
    await row(4 * JOURNAL_WINDOW_MS, '503');
    expect(await operations.pendingOf('t100', agent.id)).toHaveLength(1);
    const again = { status: 'SUCCESSFUL', fragments: { acme_Note: 'late' } } as const;
    expect(await operations.update(callAt(4 * JOURNAL_WINDOW_MS + 1), first.id, again)).toMatchObject({
      value: { id: first.id, fragments: { acme_Note: 'late' } },
    });
    expect(await operations.update(callAt(4 * JOURNAL_WINDOW_MS + 2), first.id, { status: 'FAILED' })).toMatchObject({
      error: { kind: 'invalid' },
    });
  });
});

describe('lists', () => {
  it('filters by device, agent, status, fragment and time', async () => {
    clock.advance(10);
    const first = await created();
    clock.advance(10);
    const second = await created({ c8y_Command: { text: 'ls' } }, child);
    clock.advance(10);
    const third = await created();
    await row(1, '501');
    const ids = async (filter: Parameters<Operations['list']>[1]) =>
      (await all(operations.list('t100', filter))).map(({ id }) => id);
    expect(await ids({ agentId: agent.id })).toEqual([first.id, second.id, third.id]);
    expect(await ids({ agentId: agent.id, revert: true })).toEqual([third.id, second.id, first.id]);
    expect(await ids({ agentId: agent.id, statuses: ['PENDING'] })).toEqual([second.id, third.id]);
    expect(await ids({ agentId: agent.id, statuses: ['PENDING', 'SUCCESSFUL'] })).toEqual([second.id, third.id]);
    expect(await ids({ deviceId: agent.id })).toEqual([first.id, third.id]);
    expect(await ids({ deviceId: child.id, agentId: agent.id })).toEqual([second.id]);
    expect(await ids({ agentId: child.id })).toEqual([]);
    expect(await ids({ deviceId: agent.id, fragmentType: 'c8y_Command' })).toEqual([]);
    expect(
      await ids({ agentId: agent.id, from: Date.parse(second.creationTime), to: Date.parse(second.creationTime) }),
    ).toEqual([second.id]);
    expect(await ids({})).toEqual(expect.arrayContaining([first.id, second.id, third.id]));
    expect(await operations.count('t999')).toBe(0);
  });

  it('of a deleted operation leave the rows that meant it to it', async () => {
    const [first, second] = [await created(), await created()];
    await row(1, '501');
    await operations.delete(callAt(2), first.id);
    await row(3, '502', 'c8y_Command');
    expect(await row(1, '501')).toMatchObject({ ok: true });
    expect(await statusesOf([second])).toEqual(['PENDING']);
    expect((await operations.pendingOf('t100', agent.id)).map(({ id }) => id)).toEqual([second.id]);
    await row(4, '501');
    expect(await statusesOf([second])).toEqual(['EXECUTING']);
    await row(2 * JOURNAL_WINDOW_MS, '503');
    const { items } = await tables.registry.query({
      where: { text: 'pk = :pk', values: { ':pk': `T#t100#AGENDA#${agent.id}` } },
    });
    expect(items.map(({ id }) => id)).not.toContain(first.id);
  });

  it('forgets a deleted operation', async () => {
    const { id } = await created({ c8y_Restart: {} }, child);
    const call = callAt(1);
    expect(await operations.delete(call, id)).toEqual({ ok: true, value: undefined });
    expect(call.changes).toMatchObject([{ action: 'DELETE', object: { id } }]);
    expect(await operations.get('t100', id)).toBeUndefined();
    expect(await operations.pendingOf('t100', agent.id)).toEqual([]);
    expect(await all(operations.list('t100', { deviceId: child.id }))).toEqual([]);
    expect(await operations.delete(call, id)).toMatchObject({ error: { kind: 'notFound' } });
  });
});

describe('cost', () => {
  it('of a status row is one Query and two writes', async () => {
    await created();
    const one = { commands: { Query: 1, PutItem: 1, UpdateItem: 1 }, readUnits: 1, writeUnits: 2 };
    expect(await tables.calls.counting(() => row(1, '501'))).toEqual(one);
    expect(await tables.calls.counting(() => row(2, '503'))).toEqual(one);
  });

  it('of a creation is three writes, four for a child', async () => {
    expect((await tables.calls.counting(() => created({ c8y_Restart: {} }, agent, 'never'))).writeUnits).toBe(3);
    expect((await tables.calls.counting(() => created({ c8y_Restart: {} }, child, 'never'))).writeUnits).toBe(4);
  });
});
