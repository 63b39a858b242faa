import { defined } from '../../base/defined';
import { fail, type Result } from '../../base/result';
import { inPartition, withPrefix } from '../../storage/key-conditions';
import {
  agendaDevicePrefix,
  agendaJournalKey,
  agendaKey,
  agendaPartition,
  LIST_INDEX,
  listPartition,
  operationKey,
  operationListKey,
  operationListPartition,
} from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { ConditionFailed, Expression, Item, Key, Table } from '../../storage/table';
import { replaces } from '../../storage/versioned';
import type { AsOf } from '../model';

/** An operation as it is stored: what it was created with, and what became of it. */
export interface OperationRecord {
  readonly id: string;
  readonly deviceId: string;
  readonly agentId: string;
  readonly deviceSerial: string;
  readonly agentSerial: string;
  readonly creationTime: string;
  /** JSON of the fragments as they were created. */
  readonly fragments: string;
  /** JSON of the progress. It is always written as a whole, and so is `delivery`. */
  readonly progress?: string;
  readonly progressVersion?: number;
  readonly delivery?: string;
}

/** What names the place of an operation on an agenda. */
export type OnAgenda = Pick<OperationRecord, 'id' | 'agentId' | 'deviceId'>;

/** An open operation on its agent's agenda. Times are ms since the epoch. */
export interface AgendaEntry {
  readonly id: string;
  readonly device: string;
  /** Names of the operation's fragments. Rows without an id select by them. */
  readonly names: readonly string[];
  readonly createdAt: number;
  /** When it was first handed over to the device; absent before. */
  readonly sentAt?: number;
  /** When the device first read it, by `500` or over REST; absent before. It is part of `sentAt`. */
  readonly readAt?: number;
  readonly acknowledgedAt?: number;
  /** When the operation was deleted; absent while it exists. */
  readonly goneAt?: AsOf;
}

/** The journal of a device's operations. `body` is JSON that only `records.ts` and `agendas.ts` read and write. */
export interface AgendaJournal {
  readonly device: string;
  /** Counts the writes, from 1. */
  readonly version: number;
  readonly body: string;
}

/** What an agent still has to do, for itself and for the devices below it. */
export interface Agenda {
  /** By ascending operation id. */
  readonly entries: readonly AgendaEntry[];
  readonly journals: readonly AgendaJournal[];
}

/** Operation items of the registry table; docs/data-model.md#alarms-and-operations lists the accesses. */
export class OperationItems {
  constructor(private readonly table: Table) {}

  /**
   * Writes the operation's places in lists and agenda first and then its record, which every reader looks at. So an
   * operation that can be seen is complete. Fails when the id is taken.
   */
  async create(tenant: string, record: OperationRecord, entry: AgendaEntry): Promise<Result<void, ConditionFailed>> {
    const { id, agentId } = record;
    const places: (Item & Key)[] = [
      ...rolesIn(record).map(({ object, r }) => ({ ...operationListKey(tenant, object, id), i: id, r })),
      { ...agendaKey(tenant, agentId, entry.device, id), ...entry },
    ];
    const placed = await Promise.all(places.map((place) => this.table.create(place)));
    const listed = { listPk: listPartition(tenant, 'operations'), listSk: id };
    const isFree = placed.every(({ ok }) => ok);
    const written = isFree ? await this.table.create({ ...operationKey(tenant, id), ...listed, ...record }) : undefined;
    if (written?.ok) return written;
    // the id belongs to another operation, which keeps the places that it had before
    const own = places.filter((_, at) => placed[at]?.ok).map(({ pk, sk }) => ({ pk, sk }));
    await this.table.batchWrite([], own);
    return fail({ kind: 'conditionFailed' });
  }

  async read(tenant: string, id: string): Promise<OperationRecord | undefined> {
    const item = await this.table.get(operationKey(tenant, id));
    return item && recordOf(item);
  }

  /** The records that exist, in the order of the ids. */
  async readAll(tenant: string, ids: readonly string[]): Promise<OperationRecord[]> {
    const items = await this.table.batchGet(ids.map((id) => operationKey(tenant, id)));
    const records = new Map(items.map((item) => [String(item.id), recordOf(item)]));
    return ids.flatMap((id) => records.get(id) ?? []);
  }

  /**
   * Writes the progress under the version of the agenda's journal. A slower writer with an older version changes
   * nothing. All writers of one version write the same, so the write may be repeated. Returns the record afterwards, or `undefined` when nothing was written.
   */
  async writeProgress(
    tenant: string,
    id: string,
    version: number,
    progress: string,
  ): Promise<OperationRecord | undefined> {
    const written = await this.table.update(
      operationKey(tenant, id),
      {
        text: 'SET progress = :progress, progressVersion = :version',
        values: { ':progress': progress, ':version': version },
      },
      {
        text: 'attribute_exists(pk) AND (attribute_not_exists(progressVersion) OR progressVersion <= :version)',
      },
      'ALL_NEW',
    );
    return written.ok ? recordOf(written.value) : undefined;
  }

  /** The records of entries on an agent's agenda. A creation that was cut short leaves an entry without one. */
  async readPending(tenant: string, agentId: string, entries: readonly AgendaEntry[]): Promise<OperationRecord[]> {
    const ids = entries.map(({ id }) => id);
    return (await this.readAll(tenant, ids)).filter((record) => record.agentId === agentId);
  }

  /** Notes when the device reads an operation, in ms since the epoch. The first time counts. */
  async writeRead(tenant: string, { id, agentId, deviceId }: OnAgenda, readAt: number): Promise<void> {
    const change = { text: 'SET readAt = if_not_exists(readAt, :at)', values: { ':at': readAt } };
    await this.table.update(agendaKey(tenant, agentId, deviceId, id), change, EXISTS);
  }

  /** Notes when an operation is sent, in ms since the epoch. The first time counts. */
  async writeSent(tenant: string, { id, agentId, deviceId }: OnAgenda, sentAt: number): Promise<void> {
    const change = { text: 'SET sentAt = if_not_exists(sentAt, :at)', values: { ':at': sentAt } };
    await this.table.update(agendaKey(tenant, agentId, deviceId, id), change, EXISTS);
  }

  /** Takes back that an operation was sent at this time. An earlier time stays, and that the device has read it. */
  async removeSent(tenant: string, { id, agentId, deviceId }: OnAgenda, sentAt: number): Promise<void> {
    const own = { text: 'sentAt = :at', values: { ':at': sentAt } };
    await this.table.update(agendaKey(tenant, agentId, deviceId, id), { text: 'REMOVE sentAt' }, own);
  }

  /**
   * Writes attempts and acknowledgement; times are in ms since the epoch. Only the agent's one sender calls it, so
   * there is no version.
   */
  async writeDelivery(
    tenant: string,
    { id, agentId, deviceId }: OnAgenda,
    delivery: string,
    acknowledgedAt?: number,
  ): Promise<void> {
    if (acknowledgedAt !== undefined) {
      const change = { text: 'SET acknowledgedAt = :at', values: { ':at': acknowledgedAt } };
      await this.table.update(agendaKey(tenant, agentId, deviceId, id), change, EXISTS);
    }
    const change = { text: 'SET delivery = :delivery', values: { ':delivery': delivery } };
    await this.table.update(operationKey(tenant, id), change, EXISTS);
  }

  /** The agenda of an agent, or the part of it for one device: one Query. */
  async agenda(tenant: string, agent: string, device?: string): Promise<Agenda> {
    const pk = agendaPartition(tenant, agent);
    const where = device === undefined ? inPartition(pk) : withPrefix(pk, agendaDevicePrefix(device));
    const entries: AgendaEntry[] = [];
    const journals: AgendaJournal[] = [];
    for await (const item of this.table.queryAll({ where })) {
      if (item.body === undefined) entries.push(entryOf(item));
      else journals.push({ device: String(item.device), version: Number(item.v), body: String(item.body) });
    }
    entries.sort((one, other) => (one.id.padStart(32, '0') < other.id.padStart(32, '0') ? -1 : 1));
    return { entries, journals };
  }

  /** Writes version n over n - 1; false when another writer was faster. */
  async writeJournal(tenant: string, agent: string, { device, version, body }: AgendaJournal): Promise<boolean> {
    const written = await this.table.put(
      { ...agendaJournalKey(tenant, agent, device), device, v: version, body },
      replaces(version),
    );
    return written.ok;
  }

  /** Removes entries from the agenda. Their records stay. */
  async dropEntries(tenant: string, agent: string, entries: readonly AgendaEntry[]): Promise<void> {
    const keys = entries.map(({ device, id }) => agendaKey(tenant, agent, device, id));
    if (keys.length > 0) await this.table.batchWrite([], keys);
  }

  /**
   * Removes an operation from the agenda, then its record, and then its entries in lists, which readers without a
   * record leave out. So a retry finds it as long as it is there. One that was handed over
   * leaves its entry on the agenda for the journal's window: rows that meant it must not take another one.
   */
  async remove(tenant: string, { id, deviceId, agentId }: OperationRecord, goneAt: AsOf): Promise<void> {
    const entry = agendaKey(tenant, agentId, deviceId, id);
    const unknown = await this.table.delete(entry, {
      text: 'attribute_not_exists(sentAt) AND attribute_not_exists(readAt)',
    });
    if (!unknown.ok) await this.table.update(entry, { text: 'SET goneAt = :at', values: { ':at': goneAt } }, EXISTS);
    const lists = [...new Set([deviceId, agentId])].map((object) => operationListKey(tenant, object, id));
    await this.table.delete(operationKey(tenant, id));
    await this.table.batchWrite([], lists);
  }

  /** Ids of an object's operations, where it is the device or the agent. */
  async *idsOf(tenant: string, object: string, as: 'device' | 'agent', descending: boolean): AsyncGenerator<string> {
    const where = inPartition(operationListPartition(tenant, object));
    const role = as === 'device' ? 'D' : 'A';
    for await (const item of growingPages(this.table, { where, descending })) {
      if (String(item.r).includes(role)) yield String(item.i);
    }
  }

  /** Ids of all operations of a tenant. Eventually consistent, as every index is. */
  async *idsOfTenant(tenant: string, descending: boolean): AsyncGenerator<string> {
    const where = { text: 'listPk = :list', values: { ':list': listPartition(tenant, 'operations') } };
    for await (const item of growingPages(this.table, { index: LIST_INDEX, where, descending })) {
      yield String(item.listSk);
    }
  }
}

const EXISTS: Expression = { text: 'attribute_exists(pk)' };

/** The objects an operation is listed with; r = D as its device, A as its agent, DA as both. */
const rolesIn = ({ deviceId, agentId }: OperationRecord): readonly { object: string; r: string }[] =>
  deviceId === agentId
    ? [{ object: deviceId, r: 'DA' }]
    : [
        { object: deviceId, r: 'D' },
        { object: agentId, r: 'A' },
      ];

const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
const numberOf = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

function recordOf(item: Item): OperationRecord {
  return defined({
    id: String(item.id),
    deviceId: String(item.deviceId),
    agentId: String(item.agentId),
    deviceSerial: String(item.deviceSerial),
    agentSerial: String(item.agentSerial),
    creationTime: String(item.creationTime),
    fragments: String(item.fragments),
    progress: textOf(item.progress),
    progressVersion: numberOf(item.progressVersion),
    delivery: textOf(item.delivery),
  });
}

function entryOf(item: Item): AgendaEntry {
  const names: unknown = item.names;
  const [sentAt, readAt] = [numberOf(item.sentAt), numberOf(item.readAt)];
  return defined({
    id: String(item.id),
    device: String(item.device),
    names: Array.isArray(names) ? names.map(String) : [],
    createdAt: Number(item.createdAt),
    sentAt: sentAt === undefined || readAt === undefined ? (sentAt ?? readAt) : Math.min(sentAt, readAt),
    readAt,
    acknowledgedAt: numberOf(item.acknowledgedAt),
    goneAt: textOf(item.goneAt),
  });
}
