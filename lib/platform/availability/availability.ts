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
import { applied, enterLists, leaveLists } from '../inventory/object-updates';
import { responseIntervalOf } from '../inventory/requirement';
import { asOf, millisOf } from '../journal';
import type { DeviceRef, ManagedObject } from '../model';
import { requireOfSerial, sameRequirement } from '../requirement/requirement-items';
import { maintenanceTimesOf, requirementJournalOf, requirementOf } from '../requirement/requirement-journal';
import {
  changeLife,
  type DueDevice,
  dueDevices,
  type LifeChange,
  settleDue,
  stillDue,
  stillRequired,
  unknownConnection,
} from './items';

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

/** What the connection of a device in maintenance says. */
const RESTING_CONNECTION = { status: 'MAINTENANCE' } as const;

const MINUTE = 60_000;
const LONGEST_REFRESH_MS = 60 * MINUTE;
const REMEMBERED = { capacity: 20_000, ttlMs: LONGEST_REFRESH_MS } as const;

/**
 * How often a sign of life is written, in ms. `responseInterval` is in minutes. It is a quarter of the interval, and at
 * most an hour. Silence is noticed later by that time.
 */
const refreshOf = (responseInterval: number): number => Math.min(LONGEST_REFRESH_MS, (responseInterval * MINUTE) / 4);

/**
 * Watches whether devices are heard of as often as is required (docs/reference/mqtt-implementation.md#availability). A
 * device of which nothing is required costs nothing. For other devices, one message per quarter of the required
 * interval costs one write. The device's object is in the index of due devices, at the time when its silence becomes
 * too long.
 */
export class Availability {
  /** When this instance last wrote that a device is alive, ms since the epoch. */
  private readonly written: Lru<number>;

  constructor(
    private readonly deps: RegistryDeps,
    private readonly others: {
      readonly identity: Identity;
      readonly alarms: Pick<Alarms, 'raise' | 'clear' | 'applyMaintenance'>;
    },
  ) {
    this.written = new Lru(deps.clock, REMEMBERED);
  }

  /**
   * Records a sign of life. It reads nothing. It writes only when something is required of the device and the last
   * write is long enough ago. `pushed` says that the message came over the device's own connection.
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
    // a newer message was faster, or the requirement has changed: the next message reads the requirement again
    if (before === undefined) {
      this.others.identity.forget(tenant, serial);
      if (pushed) await this.connectAgain(call, device);
      return;
    }
    await this.clearAlarm(call, before, change.asOf);
    // written last, so that a retry of the message does all of this again
    this.written.set(name, receivedAt);
    if (pushed && isUnknown(before.members[CONNECTION])) await this.recordConnection(call, device, true);
  }

  /** Records a sign of life that came over REST, where the caller has the object and not the serial. */
  async recordSignOfLifeOf(call: Call, { id, fragments }: Pick<ManagedObject, 'id' | 'fragments'>): Promise<void> {
    const responseInterval = responseIntervalOf(fragments);
    if (responseInterval !== undefined)
      await this.recordSignOfLife(call, { id, serial: '', responseInterval }, { pushed: false });
  }

  /**
   * After maintenance nothing is known of the connection, so the next message over it tells. One that was overtaken by
   * the end of the maintenance tells as well.
   */
  private async connectAgain(call: Call, { id, responseInterval }: DeviceRef): Promise<void> {
    if (responseInterval === undefined) return;
    const written = { [CONNECTION]: { status: 'CONNECTED' } };
    const condition = unknownConnection(responseInterval, CONNECTION, RESTING_CONNECTION);
    await this.change(call, id, { members: written, asOf: asOf(call.origin) }, condition);
  }

  /** Records what the broker says about the device's connection at the time of the call. */
  async recordConnection(call: Call, { id, responseInterval }: DeviceRef, connected: boolean): Promise<void> {
    if (responseInterval === undefined || responseInterval <= 0) return;
    const at = asOf(call.origin);
    const written = { [CONNECTION]: { status: connected ? 'CONNECTED' : 'DISCONNECTED' } };
    await this.change(call, id, { members: written, asOf: at }, stillRequired(responseInterval, CONNECTION, at));
  }

  /**
   * Raises the alarm of each device of a tenant that is due, and returns their number. It costs one query, and for each
   * device one read, two writes and its alarm.
   */
  async expire(tenant: string, effects: Effects): Promise<number> {
    let raised = 0;
    for await (const due of dueDevices(this.deps.registry, tenant, this.deps.clock.now())) {
      if (await this.expireOne(tenant, effects, due)) raised++;
    }
    return raised;
  }

  /**
   * Handles one due device. A failure leaves it in the index, so that the next run finds it again and completes the
   * steps. All steps are as of the time when it was due.
   */
  private async expireOne(tenant: string, effects: Effects, { id, dueAt, due }: DueDevice): Promise<boolean> {
    const call: Call = {
      origin: { tenant, user: '', mode: 'PERSISTENT', receivedAt: due, messageId: 'due', row: 1 },
      effects,
    };
    const record = await getObject(this.deps.registry, tenant, id);
    const silent = { [AVAILABILITY]: { ...lastMessageOf(record), status: 'UNAVAILABLE' } };
    const marked = await this.change(call, id, { members: silent, asOf: asOf(call.origin) }, stillDue(dueAt));
    // a sign of life came after the device was found
    if (marked === undefined) return false;
    await this.others.alarms.raise(call, { id }, UNAVAILABILITY_ALARM);
    await settleDue(this.deps.registry, tenant, id, dueAt);
    return true;
  }

  /**
   * Applies a requirement (`c8y_RequiredAvailability`) that was set or removed. `record` is the object with its new
   * requirement. This is rare. Repeating it changes nothing more.
   */
  async requirementChanged(call: Call, record: ObjectRecord): Promise<void> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const { id } = record;
    this.written.delete(`${tenant}/${id}`);
    const responseInterval = responseIntervalOf(record.members);
    const { version, ...journal } = requirementJournalOf(record);
    const change = lifeUnder(
      responseInterval,
      record,
      requirementOf({ version, ...journal }).since ?? asOf(call.origin),
    );
    const before = await this.change(call, id, change, sameRequirement(record));
    // another change came in between; that change calls this method too
    if (before === undefined) return;
    await this.clearAlarm(call, before, change.asOf);
    for (const { type, externalId } of await collect(externalIdsOf(registry, tenant, id))) {
      if (type !== SERIAL) continue;
      await requireOfSerial(registry, tenant, { type, externalId, id }, { responseInterval, version });
      this.others.identity.forget(tenant, externalId);
    }
    const times = maintenanceTimesOf(record);
    if (times !== undefined) await this.others.alarms.applyMaintenance(call, { id }, times);
  }

  /**
   * Clears the alarm of a device that was unavailable. It also does so when an earlier try of this very message has
   * made the device available.
   */
  private async clearAlarm(call: Call, before: ObjectRecord, at: string): Promise<void> {
    const retried = before.asOf[AVAILABILITY] === at;
    if (!retried && statusOf(before.members[AVAILABILITY]) !== 'UNAVAILABLE') return;
    // a refusal means that no alarm is open, which is fine
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
    const entries = Object.entries(change.members);
    const set = Object.fromEntries(entries.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
    const remove = entries.flatMap(([name, value]) => (value === null ? [name] : []));
    let done = await changeLife(registry, tenant, id, { ...change, onlyListed: true }, condition);
    if (!done.ok) {
      await enterLists(this.deps, tenant, { id, members: {} }, { set, asOf: change.asOf });
      done = await changeLife(registry, tenant, id, { ...change, onlyListed: false }, condition);
    }
    if (!done.ok) return undefined;
    await leaveLists(registry, tenant, done.value, { set, remove, asOf: change.asOf });
    const object = managedObjectOf(applied(done.value, { set, remove, asOf: change.asOf }));
    call.effects.changed(objectChange('UPDATE', object));
    return done.value;
  }
}

/** What a new requirement means for a device: it is watched from now on, in maintenance, or not watched. */
function lifeUnder(responseInterval: number | undefined, record: ObjectRecord, since: string): LifeChange {
  const known = record.asOf[AVAILABILITY] ?? '';
  const at = known > since ? known : since;
  const last = lastMessageOf(record);
  if (responseInterval === undefined) {
    return { members: { [AVAILABILITY]: null, [CONNECTION]: null }, asOf: at, responseInterval: null, due: null };
  }
  if (responseInterval <= 0) {
    const resting = { [AVAILABILITY]: { ...last, status: 'MAINTENANCE' }, [CONNECTION]: RESTING_CONNECTION };
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
