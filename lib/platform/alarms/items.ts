import { withPrefix } from '../../storage/key-conditions';
import { alarmHistoryKey, alarmPartition, alarmSlotKey, LIST_INDEX, listPartition } from '../../storage/keys';
import { packText, unpackText } from '../../storage/long-text';
import { growingPages } from '../../storage/pages';
import type { Item, Table } from '../../storage/table';
import { replaces } from '../../storage/versioned';

/**
 * The place of an alarm in the tenant's list. It is set when the alarm is made and never changes, so that changes of
 * the alarm cost no index write.
 */
export interface AlarmListing {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly creationTime: string;
}

/** What is stored of one alarm type of a device. `body` is JSON that only `records.ts` reads and writes. */
export interface AlarmSlotItem {
  readonly type: string;
  /** Counts the writes, from 1. */
  readonly version: number;
  readonly body: string;
}

/** A closed alarm that a newer one has replaced. */
export interface ClosedAlarmItem {
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

/** An item of the tenant's list of alarms. */
export type AlarmItem =
  | ({ readonly kind: 'slot'; readonly device: string } & AlarmSlotItem)
  | ({ readonly kind: 'closed'; readonly device: string } & ClosedAlarmItem);

/** Alarm items of the registry table; docs/data-model.md#alarms-and-operations lists the accesses. */
export class AlarmItems {
  constructor(private readonly table: Table) {}

  async slot(tenant: string, device: string, type: string): Promise<AlarmSlotItem | undefined> {
    const item = await this.table.get(alarmSlotKey(tenant, device, type));
    return item && slotOf(item);
  }

  /** Writes version n over n - 1; false when another writer was faster. */
  async writeSlot(tenant: string, device: string, slot: AlarmSlotItem, listing?: AlarmListing): Promise<boolean> {
    const { type, version, body } = slot;
    const listed = listing && listAttributes(tenant, listing);
    const item = {
      ...alarmSlotKey(tenant, device, type),
      ...listed,
      d: device,
      t: type,
      v: version,
      b: packText(body),
    };
    const written = await this.table.put(item, replaces(version));
    return written.ok;
  }

  /** Writes a closed alarm over what is there; with `onlyNew` only when there is nothing. */
  async writeClosed(
    tenant: string,
    device: string,
    alarm: ClosedAlarmItem,
    listing: AlarmListing,
    { onlyNew = false }: { readonly onlyNew?: boolean } = {},
  ): Promise<void> {
    const { id, type, body } = alarm;
    const key = alarmHistoryKey(tenant, device, id);
    const item = { ...key, ...listAttributes(tenant, listing), d: device, i: id, t: type, b: body };
    await this.table.put(item, onlyNew ? replaces(1) : undefined);
  }

  async closed(tenant: string, device: string, id: string): Promise<ClosedAlarmItem | undefined> {
    const item = await this.table.get(alarmHistoryKey(tenant, device, id));
    return item && closedOf(item);
  }

  /** Removes a closed alarm. */
  async removeClosed(tenant: string, device: string, id: string): Promise<void> {
    await this.table.delete(alarmHistoryKey(tenant, device, id));
  }

  /** The slots of a device: one for each alarm type that it has ever used. */
  async *slots(tenant: string, device: string): AsyncGenerator<AlarmSlotItem> {
    const where = withPrefix(alarmPartition(tenant, device), 'SLOT#');
    for await (const item of this.table.queryAll({ where })) yield slotOf(item);
  }

  /** Closed alarms of a device, the newest first. */
  async *closedOf(tenant: string, device: string): AsyncGenerator<ClosedAlarmItem> {
    const where = withPrefix(alarmPartition(tenant, device), 'HIST#');
    for await (const item of growingPages(this.table, { where, descending: true })) yield closedOf(item);
  }

  /** All alarms of a tenant by creation, the newest first. Eventually consistent, as every index is. */
  async *ofTenant(tenant: string): AsyncGenerator<AlarmItem> {
    const where = {
      text: 'listPk = :list',
      values: { ':list': listPartition(tenant, 'alarms') },
    };
    let keys: Item[] = [];
    for await (const key of growingPages(this.table, { index: LIST_INDEX, where, descending: true })) {
      keys.push(key);
      if (keys.length < CHUNK) continue;
      yield* this.read(keys);
      keys = [];
    }
    yield* this.read(keys);
  }

  private async *read(keys: readonly Item[]): AsyncGenerator<AlarmItem> {
    const found = await this.table.batchGet(keys.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })));
    const order = new Map(keys.map(({ pk, sk }, index) => [`${pk} ${sk}`, index]));
    const place = (item: Item): number => order.get(`${item.pk} ${item.sk}`) ?? 0;
    for (const item of found.sort((one, other) => place(one) - place(other))) {
      const device = String(item.d);
      const isSlot = item.v !== undefined;
      yield isSlot ? { kind: 'slot', device, ...slotOf(item) } : { kind: 'closed', device, ...closedOf(item) };
    }
  }
}

/** How many listed alarms are read at once. */
const CHUNK = 25;

const slotOf = (item: Item): AlarmSlotItem => ({
  type: String(item.t),
  version: Number(item.v),
  body: unpackText(item.b),
});
const closedOf = (item: Item): ClosedAlarmItem => ({
  id: String(item.i),
  type: String(item.t),
  body: String(item.b),
});

const listAttributes = (tenant: string, { creationTime, id }: AlarmListing) => ({
  listPk: listPartition(tenant, 'alarms'),
  listSk: `${creationTime}#${id}`,
});
