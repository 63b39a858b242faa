import { isoOf } from '../../base/instant';
import { asObject, type Json, type JsonObject } from '../../base/json';
import { Lru } from '../../base/lru';
import { collect } from '../../storage/pages';
import type { Expression } from '../../storage/table';
import type { Alarms } from '../alarms/alarms';
import type { Call, Effects, RegistryDeps } from '../call';
import { externalIdsOf } from '../inventory/external-id-items';
import { type Identity, SERIAL } from '../inventory/identity';
import { getObject, type ObjectRecord } from '../inventory/object-items';
import { managedObjectOf, objectChange } from '../inventory/object-members';
import { applied, relist } from '../inventory/object-updates';
import { REQUIREMENT, responseIntervalOf } from '../inventory/requirement';
import { asOf, millisOf } from '../journal';
import type { DeviceRef, ManagedObject } from '../model';
import {
  changeLife,
  type DueDevice,
  dueDevices,
  type LifeChange,
  requireOfSerial,
  settleDue,
  stillDue,
  stillRequired,
  unchangedSince,
} from './items';
import type { Maintenance } from './maintenance';

const AVAILABILITY = 'c8y_Availability';
const CONNECTION = 'c8y_Connection';
/**
 * Raised by the platform when a device is silent for too long
 * (docs/reference/mqtt-implementation.md#unavailability-alarm).
 */
const UNAVAILABILITY_ALARM = {
  type: 'c8y_UnavailabilityAlarm',
  severity: 'MAJOR',
  text: 'No data received from the device within the required interval.',
} as const;

const MINUTE = 60_000;
const LONGEST_REFRESH_MS = 60 * MINUTE;
const REMEMBERED = { capacity: 20_000, ttlMs: LONGEST_REFRESH_MS } as const;

/**
 * How often a sign of life is written, in ms, for minutes required: a quarter of them, an hour at most. Silence is
 * noticed later by as much.
 */
const refreshOf = (responseInterval: number): number => Math.min(LONGEST_REFRESH_MS, (responseInterval * MINUTE) / 4);

/**
 * Whether devices are heard of as often as is required (docs/reference/mqtt-implementation.md#availability). A device
 * of which nothing is required costs nothing. For another one, a message in each quarter of the required interval is
 * one write. The device's object stands in the index of what is due, at the time its silence becomes too long.
 */
export class Availability {
  /** When this instance last wrote that a device is alive, ms since the epoch. */
  private readonly written: Lru<number>;

  constructor(
    private readonly deps: RegistryDeps,
    private readonly others: {
      readonly identity: Identity;
      readonly maintenance: Maintenance;
      readonly alarms: Pick<Alarms, 'raise' | 'clear'>;
    },
  ) {
    this.written = new Lru(deps.clock, REMEMBERED);
  }

  /**
   * A sign of life. No read; no write unless something is required of the device and the last one is long enough ago.
   * `pushed` says that it came by the device's own connection.
   */
  async recordSignOfLife(call: Call, device: DeviceRef, { pushed }: { readonly pushed: boolean }): Promise<void> {
    const { responseInterval, id, serial } = device;
    if (responseInterval === undefined || responseInterval <= 0) return;
    const { tenant, receivedAt } = call.origin;
    const name = `${tenant}/${id}`;
    const refresh = refreshOf(responseInterval);
    if (receivedAt < (this.written.get(name) ?? 0) + refresh) return;
    const change: LifeChange = {
      members: { [AVAILABILITY]: { lastMessage: isoOf(receivedAt), status: 'AVAILABLE' } },
      asOf: asOf(call.origin),
      due: receivedAt + responseInterval * MINUTE + refresh,
    };
    const before = await this.change(call, id, change, stillRequired(responseInterval, AVAILABILITY, change.asOf));
    // overtaken, or the requirement has changed: then the next message asks what it is
    if (before === undefined) {
      this.others.identity.forget(tenant, serial);
      this.others.maintenance.forget(tenant, id);
      return;
    }
    await this.clearAlarm(call, before, change.asOf);
    // last, so that a retry of the message comes here again
    this.written.set(name, receivedAt);
    if (pushed && isUnknown(before.members[CONNECTION])) await this.recordConnection(call, device, true);
  }

  /** A sign of life over REST, where the object is at hand and the serial is not. */
  async recordSignOfLifeOf(call: Call, { id, fragments }: Pick<ManagedObject, 'id' | 'fragments'>): Promise<void> {
    const responseInterval = responseIntervalOf(fragments);
    if (responseInterval !== undefined)
      await this.recordSignOfLife(call, { id, serial: '', responseInterval }, { pushed: false });
  }

  /** What the broker says of the device's connection, as of the call's time. */
  async recordConnection(call: Call, { id, responseInterval }: DeviceRef, connected: boolean): Promise<void> {
    if (responseInterval === undefined || responseInterval <= 0) return;
    const at = asOf(call.origin);
    const written = { [CONNECTION]: { status: connected ? 'CONNECTED' : 'DISCONNECTED' } };
    await this.change(call, id, { members: written, asOf: at }, stillRequired(responseInterval, CONNECTION, at));
  }

  /**
   * Raises the alarms of a tenant's devices that are due: one query, for each of them 1 read, 2 writes and its alarm.
   */
  async expire(tenant: string, effects: Effects): Promise<number> {
    let raised = 0;
    for await (const due of dueDevices(this.deps.registry, tenant, this.deps.clock.now())) {
      if (await this.expireOne(tenant, effects, due)) raised++;
    }
    return raised;
  }

  /** In an order that the same device, found again after a failure, completes; each step as of when it was due. */
  private async expireOne(tenant: string, effects: Effects, { id, dueAt, due }: DueDevice): Promise<boolean> {
    const call: Call = {
      origin: { tenant, user: '', mode: 'PERSISTENT', receivedAt: due, messageId: 'due', row: 1 },
      effects,
    };
    const record = await getObject(this.deps.registry, tenant, id);
    const silent = { [AVAILABILITY]: { ...lastMessageOf(record), status: 'UNAVAILABLE' } };
    const marked = await this.change(call, id, { members: silent, asOf: asOf(call.origin) }, stillDue(dueAt));
    // a sign of life came in between
    if (marked === undefined) return false;
    await this.others.alarms.raise(call, { id }, UNAVAILABILITY_ALARM);
    await settleDue(this.deps.registry, tenant, id, dueAt);
    return true;
  }

  /**
   * Somebody has set or removed `c8y_RequiredAvailability`: what follows from what is there now. Rare, so it reads; a
   * repetition changes nothing more.
   */
  async requirementChanged(call: Call, id: string): Promise<void> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    this.others.maintenance.forget(tenant, id);
    const record = await getObject(registry, tenant, id);
    if (record === undefined) return;
    const responseInterval = responseIntervalOf(record.members);
    const since = record.asOf[REQUIREMENT];
    const change = lifeUnder(responseInterval, record, since ?? asOf(call.origin));
    const before = await this.change(call, id, change, unchangedSince(REQUIREMENT, since));
    // whoever changed it in between comes here too
    if (before === undefined) return;
    await this.clearAlarm(call, before, change.asOf);
    for (const { type, externalId } of await collect(externalIdsOf(registry, tenant, id))) {
      if (type !== SERIAL) continue;
      await requireOfSerial(registry, tenant, { type, externalId, id }, responseInterval);
      this.others.identity.forget(tenant, externalId);
    }
  }

  /** Clears the alarm of a device that was unavailable, or was made available by this very message before. */
  private async clearAlarm(call: Call, before: ObjectRecord, at: string): Promise<void> {
    const retried = before.asOf[AVAILABILITY] === at;
    if (!retried && statusOf(before.members[AVAILABILITY]) !== 'UNAVAILABLE') return;
    // refused when none is open, which is what is wanted
    await this.others.alarms.clear(call, { id: before.id }, UNAVAILABILITY_ALARM.type);
  }

  private async change(
    call: Call,
    id: string,
    change: LifeChange,
    condition: Expression,
  ): Promise<ObjectRecord | undefined> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const done = await changeLife(registry, tenant, id, change, condition);
    if (!done.ok) return undefined;
    const entries = Object.entries(change.members);
    const set = Object.fromEntries(entries.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
    const remove = entries.flatMap(([name, value]) => (value === null ? [name] : []));
    await relist(registry, tenant, done.value, { set, remove, asOf: change.asOf });
    const object = managedObjectOf(applied(done.value, { set, remove, asOf: change.asOf }));
    call.effects.changed(objectChange('UPDATE', object));
    return done.value;
  }
}

/** What a new requirement makes of a device: watched from now on, in maintenance, or not watched. */
function lifeUnder(responseInterval: number | undefined, record: ObjectRecord, since: string): LifeChange {
  const known = record.asOf[AVAILABILITY] ?? '';
  const at = known > since ? known : since;
  const last = lastMessageOf(record);
  if (responseInterval === undefined) {
    return { members: { [AVAILABILITY]: null, [CONNECTION]: null }, asOf: at, responseInterval: null, due: null };
  }
  if (responseInterval <= 0) {
    const resting = { [AVAILABILITY]: { ...last, status: 'MAINTENANCE' }, [CONNECTION]: { status: 'MAINTENANCE' } };
    return { members: resting, asOf: at, responseInterval, due: null };
  }
  const due = millisOf(at) + responseInterval * MINUTE + refreshOf(responseInterval);
  return { members: { [AVAILABILITY]: { ...last, status: 'AVAILABLE' } }, asOf: at, responseInterval, due };
}

function lastMessageOf(record: ObjectRecord | undefined): JsonObject {
  const lastMessage = asObject(record?.members[AVAILABILITY])?.lastMessage;
  return typeof lastMessage === 'string' ? { lastMessage } : {};
}

const statusOf = (value: Json | undefined): Json | undefined => asObject(value)?.status;
const isUnknown = (connection: Json | undefined): boolean =>
  connection === undefined || statusOf(connection) === 'MAINTENANCE';
