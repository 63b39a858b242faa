import { defined } from '../../base/defined';
import { isLargerThan, printJson } from '../../base/exact-json';
import { isoOf } from '../../base/instant';
import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import type { Call, RegistryDeps } from '../call';
import type { Command, OperationSelector } from '../commands';
import { asOf, isoTimeOf, millisOf } from '../journal';
import { MAX_RECORD_BYTES, tooLarge } from '../limits';
import type { AsOf, DeviceRef, Operation, OperationStatus } from '../model';
import { notFound, type Refusal } from '../refusal';
import { type AgendaChange, Agendas } from './agendas';
import type { OperationFilter } from './filter';
import { moveTo, type OperationEvent, type Progress } from './fold';
import { Handovers } from './handovers';
import { OperationIds } from './ids';
import { type AgendaEntry, OperationItems, type OperationRecord } from './items';
import { OperationLists } from './lists';
import { deviceResults, operationChange, operationOf, progressOf } from './records';

/** Finds the device that an operation is for, and the agent whose connection carries it. */
export interface DeviceDirectory {
  /** The object with its c8y_Serial, '' when it has none; undefined when there is no such object. */
  deviceOf(tenant: string, deviceId: string): Promise<DeviceRef | undefined>;
  /**
   * The device itself or the nearest device above it with the agent marker
   * (docs/reference/static-templates.md#markers-of-a-device).
   */
  agentOf(tenant: string, deviceId: string): Promise<DeviceRef | undefined>;
}

/** Writes into the device's object what an operation changed, such as the states of its relays. */
export interface FragmentWriter {
  updateFragments(
    call: Call,
    deviceId: string,
    update: { readonly set: JsonObject; readonly remove: readonly string[] },
  ): Promise<unknown>;
}

export interface OperationsDeps extends RegistryDeps {
  readonly directory: DeviceDirectory;
  readonly inventory: FragmentWriter;
}

/** What a REST client changes of an operation. */
export interface OperationUpdate {
  readonly status: OperationStatus;
  readonly failureReason?: string;
  readonly fragments?: JsonObject;
}

type DeviceUpdate = Omit<Extract<Command, { kind: 'updateOperations' }>, 'kind'>;
type Device = Pick<DeviceRef, 'id'>;

const CREATE_ATTEMPTS = 5;

/**
 * Operations (docs/reference/rest-api.md#operations, docs/reference/mqtt-implementation.md#delivery-of-operations).
 * Each has a record, its places in lists, and while it is open a place on the agenda of its agent.
 * docs/data-model.md#alarms-and-operations has the costs.
 */
export class Operations {
  private readonly items: OperationItems;
  private readonly agendas: Agendas;
  private readonly lists: OperationLists;
  private readonly ids: OperationIds;
  readonly handovers: Handovers;

  constructor(private readonly deps: OperationsDeps) {
    this.items = new OperationItems(deps.registry);
    this.agendas = new Agendas(this.items, deps.clock);
    this.lists = new OperationLists(this.items, this.agendas);
    this.ids = new OperationIds(deps.clock);
    this.handovers = new Handovers(this.items, this.agendas, deps.clock, (...asked) => this.shown(...asked));
  }

  /**
   * Creates an operation, PENDING for the device's agent. The caller then asks for its delivery. Refused without a
   * device, for an unknown one, and for one that has no agent.
   */
  async create(
    call: Call,
    input: { readonly deviceId: string; readonly fragments: JsonObject },
  ): Promise<Result<Operation, Refusal>> {
    const { tenant } = call.origin;
    const { deviceId, fragments } = input;
    if (deviceId === '') {
      return fail({ kind: 'invalid', reason: 'missing', what: 'fields', names: ['deviceId'] });
    }
    if (isLargerThan(fragments, MAX_RECORD_BYTES)) return fail(tooLarge('operation', MAX_RECORD_BYTES));
    const device = await this.deps.directory.deviceOf(tenant, deviceId);
    if (device === undefined) {
      return fail({ kind: 'notFound', reason: 'unknownTarget', subject: 'operation', id: deviceId });
    }
    const agent = await this.deps.directory.agentOf(tenant, deviceId);
    if (agent === undefined) return fail({ kind: 'invalid', reason: 'noAgent', subject: 'operation', deviceId });
    const operation = operationOf(await this.write(tenant, device, agent, fragments));
    call.effects.changed(operationChange('CREATE', operation));
    return ok(operation);
  }

  /** One read; undefined when there is no such operation. */
  async get(tenant: string, id: string): Promise<Operation | undefined> {
    const record = await this.items.read(tenant, id);
    return record && operationOf(record);
  }

  /** Changes an operation by id: the status moves forward only, and fragments set to `null` are removed. */
  async update(call: Call, id: string, update: OperationUpdate): Promise<Result<Operation, Refusal>> {
    const { tenant } = call.origin;
    const record = await this.items.read(tenant, id);
    if (record === undefined) return fail(notFound('operation', id));
    if (isLargerThan([update.failureReason ?? '', update.fragments ?? {}], MAX_RECORD_BYTES))
      return fail(tooLarge('operation', MAX_RECORD_BYTES));
    const event: OperationEvent = { asOf: asOf(call.origin), target: id, select: { by: 'id', id }, ...update };
    const change = await this.agendas.apply(tenant, record.agentId, record.deviceId, event);
    await this.announce(call, change);
    if (change.taken.includes(id)) return ok((await this.get(tenant, id)) ?? operationOf(record));
    return this.updateClosed(call, record, event);
  }

  /**
   * Applies a status that the device reports (docs/reference/static-templates.md#which-operation-a-status-row-means).
   * `agent` is the device whose connection the message came by. Returns the operations that the message means, as they
   * are afterwards. Refused when it means none.
   */
  async updateFromDevice(
    call: Call,
    agent: Device,
    device: Device,
    { select, status, failureReason, parameters }: DeviceUpdate,
  ): Promise<Result<readonly Operation[], Refusal>> {
    const event: OperationEvent = defined({ asOf: asOf(call.origin), select, status, parameters, failureReason });
    const change = await this.agendas.apply(call.origin.tenant, agent.id, device.id, event);
    const announced = await this.announce(call, change);
    if (change.isSettled) return ok([]);
    if (change.taken.length === 0) return this.nothingMeant(call.origin.tenant, device, select, status);
    return ok(announced);
  }

  /** By ascending id, or descending with `revert`. */
  list(tenant: string, filter: OperationFilter = {}): AsyncGenerator<Operation> {
    return this.lists.list(tenant, filter);
  }

  /** Counts what `list` gives; it reads every one. */
  async count(tenant: string, filter: OperationFilter = {}): Promise<number> {
    let count = 0;
    for await (const _ of this.list(tenant, filter)) count++;
    return count;
  }

  /**
   * PENDING operations of an agent and the devices below it, oldest first; `undelivered`: without acknowledged ones.
   */
  async pendingOf(
    tenant: string,
    agentId: string,
    { undelivered = false }: { readonly undelivered?: boolean } = {},
  ): Promise<readonly Operation[]> {
    const pending = await this.agendas.pending(tenant, agentId);
    const wanted = pending.filter(({ acknowledgedAt }) => !undelivered || acknowledgedAt === undefined);
    return this.shown(tenant, agentId, wanted);
  }

  /** The operations behind entries of an agent's agenda. */
  private async shown(tenant: string, agentId: string, entries: readonly AgendaEntry[]): Promise<readonly Operation[]> {
    const records = await this.items.readPending(tenant, agentId, entries);
    return Promise.all(records.map((record) => this.addressed(tenant, operationOf(record))));
  }

  /** The operation with the serial of its device, which may have been given to the device after the operation. */
  private async addressed(tenant: string, operation: Operation): Promise<Operation> {
    if (operation.deviceSerial !== '') return operation;
    const device = await this.deps.directory.deviceOf(tenant, operation.deviceId);
    return device === undefined ? operation : { ...operation, deviceSerial: device.serial };
  }

  /** Deletes an operation. Refused when there is none. */
  async delete(call: Call, id: string): Promise<Result<void, Refusal>> {
    const record = await this.items.read(call.origin.tenant, id);
    if (record === undefined) return fail(notFound('operation', id));
    await this.items.remove(call.origin.tenant, record, asOf(call.origin));
    call.effects.changed(operationChange('DELETE', operationOf(record)));
    return ok(undefined);
  }

  private async write(
    tenant: string,
    device: DeviceRef,
    agent: DeviceRef,
    fragments: JsonObject,
  ): Promise<OperationRecord> {
    for (let attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
      const { id, createdAt } = this.ids.next();
      const record: OperationRecord = {
        id,
        deviceId: device.id,
        agentId: agent.id,
        deviceSerial: device.serial,
        agentSerial: agent.serial,
        creationTime: isoOf(createdAt),
        fragments: printJson(fragments),
      };
      const entry: AgendaEntry = { id, device: device.id, names: Object.keys(fragments), createdAt };
      if ((await this.items.create(tenant, record, entry)).ok) return record;
    }
    throw new Error(`no free operation id after ${CREATE_ATTEMPTS} tries`);
  }

  /** Announces changes and writes results into the device's object. Returns the operations that the event means. */
  private async announce(call: Call, { changed, confirmed, taken }: AgendaChange): Promise<readonly Operation[]> {
    for (const { record } of changed) call.effects.changed(operationChange('UPDATE', operationOf(record)));
    // a first try may have ended before the results were written
    const done = [...changed, ...confirmed];
    for (const { record, progress } of done) {
      const operation = operationOf(record);
      const set = progress.status === 'SUCCESSFUL' ? resultsOf(operation, progress) : undefined;
      if (set === undefined) continue;
      await this.deps.inventory.updateFragments(callAsOf(call, progress.asOf), operation.deviceId, { set, remove: [] });
    }
    const records = new Map(done.map(({ record }) => [record.id, record]));
    const missing = taken.filter((id) => !records.has(id));
    const read = missing.length === 0 ? [] : await this.items.readAll(call.origin.tenant, missing);
    return [...taken.flatMap((id) => records.get(id) ?? []), ...read].map(operationOf);
  }

  /** Updates an operation that has left the agenda: only its own status again, for the fragments that come with it. */
  private async updateClosed(
    call: Call,
    record: OperationRecord,
    event: OperationEvent,
  ): Promise<Result<Operation, Refusal>> {
    const { id } = record;
    const current = await this.items.read(call.origin.tenant, id);
    const progress = current && progressOf(current);
    if (current === undefined || progress?.status !== event.status) {
      return fail(cannotBecome(id, progress?.status ?? 'PENDING', event.status));
    }
    const written = await this.items.writeProgress(
      call.origin.tenant,
      id,
      (current.progressVersion ?? 0) + 1,
      printJson(moveTo(progress, event)),
    );
    const operation = operationOf(written ?? current);
    call.effects.changed(operationChange('UPDATE', operation));
    return ok(operation);
  }

  /** Says why a message meant no operation. Repeating the status of an operation by its id is no error. */
  private async nothingMeant(
    tenant: string,
    device: Device,
    select: OperationSelector,
    status: OperationStatus,
  ): Promise<Result<readonly Operation[], Refusal>> {
    if (select.by === 'all') return ok([]);
    if (select.by === 'oldest') {
      const { from, fragment } = select;
      return fail({ kind: 'notFound', reason: 'noSuchOperation', subject: 'operation', status: from, fragment });
    }
    const operation = await this.get(tenant, select.id);
    if (operation === undefined || operation.deviceId !== device.id) {
      const { id } = select;
      return fail({ kind: 'notFound', reason: 'otherDevice', subject: 'operation', id, deviceId: device.id });
    }
    if (operation.status === status) return ok([operation]);
    return fail(cannotBecome(select.id, operation.status, status));
  }
}

const cannotBecome = (id: string, status: OperationStatus, wanted: OperationStatus): Refusal => ({
  kind: 'invalid',
  reason: 'cannotBecome',
  subject: 'operation',
  id,
  status,
  wanted,
});

/** The fragments that a success sets on the device; undefined when there are none. */
function resultsOf(operation: Operation, { parameters, fragment, asOf: at }: Progress): JsonObject | undefined {
  if (parameters === undefined) return undefined;
  const time = isoTimeOf(at);
  return deviceResults(operation.fragments, defined({ parameters, time, named: fragment }));
}

/** The call as of another row. A new fold may carry out what an earlier row meant. */
function callAsOf(call: Call, at: AsOf): Call {
  if (at === asOf(call.origin)) return call;
  const [, messageId = '', row = '0'] = at.split('-');
  return { ...call, origin: { ...call.origin, receivedAt: millisOf(at), messageId, row: Number.parseInt(row, 36) } };
}
