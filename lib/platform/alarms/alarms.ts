import { defined } from '../../base/defined';
import { isLargerThan, printJson } from '../../base/exact-json';
import type { JsonObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { sinksOf } from '../../changes/modes';
import type { Call, RegistryDeps } from '../call';
import { asOf, insert, isoTimeOf, millisOf } from '../journal';
import { MAX_RECORD_BYTES, tooLarge } from '../limits';
import type { Alarm, AlarmStatus, DeviceRef, Severity } from '../model';
import { notFound, type Refusal } from '../refusal';
import type { MaintenanceTimes } from '../requirement/requirement-journal';
import { type AlarmFilter, matchesAlarmFilter } from './filter';
import { alarmId, deviceOfAlarm } from './ids';
import { AlarmItems } from './items';
import {
  alarmChange,
  alarmsIn,
  byCreation,
  changesBetween,
  listedAlarm,
  parseClosed,
  parseSlot,
  touchedBy,
} from './records';
import {
  type AlarmChange,
  type AlarmEvent,
  type AlarmSlot,
  alarmOf,
  alarmsOf,
  applyChange,
  EMPTY_SLOT,
  isOpen,
  mayDependOnMaintenance,
  type SlotState,
  slotStep,
  stateOf,
  withMaintenance,
} from './slot';
import { AlarmSlots } from './slots';

/** An alarm as a device or a REST client raises it. */
export interface AlarmInput {
  readonly type: string;
  readonly text: string;
  readonly severity: Severity;
  /** ISO 8601; the receive time when left out. */
  readonly time?: string;
  readonly status?: AlarmStatus;
  readonly fragments?: JsonObject;
}

export interface AlarmsDeps extends RegistryDeps {
  /**
   * When the device was in maintenance. What is raised then makes no alarm
   * (docs/reference/static-templates.md#alarms-in-maintenance). When this is left out, no device is in maintenance.
   */
  readonly maintenanceOf?: (tenant: string, deviceId: string) => Promise<MaintenanceTimes | undefined>;
}

/**
 * Id of an alarm that was not created, because its source is in maintenance
 * (docs/reference/rest-api.md#alarms-of-a-device-in-maintenance).
 */
export const SUPPRESSED_ALARM_ID = 'null';

/** `c8y_ActiveAlarmsStatus`: open alarms of a device by severity. */
export type ActiveAlarmCounts = Readonly<Record<Lowercase<Severity>, number>>;

type Device = Pick<DeviceRef, 'id'>;
const COUNTED_AS = { CRITICAL: 'critical', MAJOR: 'major', MINOR: 'minor', WARNING: 'warning' } as const;

/**
 * Alarms (docs/reference/rest-api.md#raising-an-alarm-again). A device has one slot per alarm type. It holds the newest
 * alarm of that type and the journal of the last minutes. Older alarms have items of their own. Every change is one
 * read and one write of the slot, plus one when a new alarm replaces a cleared one (docs/data-model.md#alarms-and-operations).
 */
export class Alarms {
  private readonly items: AlarmItems;
  private readonly slots: AlarmSlots;

  constructor(private readonly deps: AlarmsDeps) {
    this.items = new AlarmItems(deps.registry);
    this.slots = new AlarmSlots(this.items, deps.clock);
  }

  /** Creates an alarm, or counts one more occurrence of the open one. Refused when it is too large. */
  async raise(call: Call, device: Device, input: AlarmInput): Promise<Result<Alarm, Refusal>> {
    if (isLargerThan([input.type, input.text, input.fragments ?? {}], MAX_RECORD_BYTES))
      return fail(tooLarge('alarm', MAX_RECORD_BYTES));
    const { origin } = call;
    const event: AlarmEvent = defined({
      kind: 'raise',
      asOf: asOf(origin),
      severity: input.severity,
      text: input.text,
      time: input.time ?? isoTimeOf(asOf(origin)),
      status: input.status ?? 'ACTIVE',
      fragments: input.fragments,
    });
    if (!sinksOf(origin.mode, 'alarms').store) return ok(this.announceUnstored(call, device, input.type, event));
    const alarm = await this.apply(call, device.id, input.type, event);
    return ok(alarm ?? this.unstored(device, input.type, event, SUPPRESSED_ALARM_ID));
  }

  /**
   * Clears the open alarm of a type. Refused when none is open. The clear is kept in the journal all the same, because
   * an older raise may still arrive.
   */
  async clear(call: Call, device: Device, type: string): Promise<Result<Alarm, Refusal>> {
    return this.changeOpen(call, device, type, { kind: 'clear', asOf: asOf(call.origin) });
  }

  /** Changes the severity of the open alarm; refused when none is open. */
  async setSeverity(call: Call, device: Device, type: string, severity: Severity): Promise<Result<Alarm, Refusal>> {
    return this.changeOpen(call, device, type, { kind: 'severity', severity, asOf: asOf(call.origin) });
  }

  /** Removes fragments of the open alarm; refused when none is open. */
  async clearFragments(
    call: Call,
    device: Device,
    type: string,
    fragments: readonly string[],
  ): Promise<Result<Alarm, Refusal>> {
    return this.changeOpen(call, device, type, { kind: 'fragments', remove: fragments, asOf: asOf(call.origin) });
  }

  /** Finds an alarm by id: one Query of the device's slots, and one read more when a newer alarm has replaced it. */
  async get(tenant: string, id: string): Promise<Alarm | undefined> {
    const device = deviceOfAlarm(id);
    if (device === undefined) return undefined;
    for await (const slot of this.items.slots(tenant, device)) {
      const found = alarmsIn(slot, device).find((alarm) => alarm.id === id);
      if (found !== undefined) return found;
    }
    const closed = await this.items.closed(tenant, device, id);
    return closed && parseClosed(closed.body);
  }

  /**
   * Changes an alarm by id. Refused when there is none, or when it would open an alarm that a newer one has replaced.
   */
  async update(call: Call, id: string, change: AlarmChange): Promise<Result<Alarm, Refusal>> {
    const found = await this.get(call.origin.tenant, id);
    if (found === undefined) return fail(notFound('alarm', id));
    const { type, text, fragments } = applyChange(found, change, '');
    if (isLargerThan([type, text, fragments], MAX_RECORD_BYTES)) return fail(tooLarge('alarm', MAX_RECORD_BYTES));
    const event: AlarmEvent = { kind: 'update', asOf: asOf(call.origin), target: id, change };
    const slot = parseSlot(await this.items.slot(call.origin.tenant, found.source, found.type));
    const { current } = stateOf(slot);
    if (current?.id !== id && change.status !== undefined && change.status !== 'CLEARED') {
      return fail({ kind: 'invalid', reason: 'replaced', subject: 'alarm', id, type: found.type });
    }
    const alarm = await this.apply(call, found.source, found.type, event, (state) =>
      alarmsOf(state).some((draft) => draft.id === id),
    );
    return ok(alarm ?? (await this.updateClosed(call, found, change)));
  }

  /**
   * Alarms by creation, the newest first. It costs one Query, and for a whole tenant one BatchGetItem per 25 alarms.
   */
  async *list(tenant: string, filter: AlarmFilter = {}): AsyncGenerator<Alarm> {
    const all = filter.source === undefined ? this.ofTenant(tenant) : this.ofDevice(tenant, filter.source, filter);
    for await (const alarm of all) if (matchesAlarmFilter(alarm, filter)) yield alarm;
  }

  /** Counts what `list` gives; it looks at every alarm. */
  async count(tenant: string, filter: AlarmFilter = {}): Promise<number> {
    let count = 0;
    for await (const _ of this.list(tenant, filter)) count++;
    return count;
  }

  /** Counts the open alarms of a device by severity: one Query of its slots. */
  async activeCounts(tenant: string, deviceId: string): Promise<ActiveAlarmCounts> {
    const counts = { critical: 0, major: 0, minor: 0, warning: 0 };
    for await (const slot of this.items.slots(tenant, deviceId)) {
      const alarm = alarmsIn(slot, deviceId).at(-1);
      if (alarm !== undefined && isOpen(alarm)) counts[COUNTED_AS[alarm.severity]]++;
    }
    return counts;
  }

  /** For TRANSIENT and CEP: listeners hear of the alarm, but nothing is stored. */
  private announceUnstored(call: Call, device: Device, type: string, event: AlarmEvent): Alarm {
    const alarm = this.unstored(device, type, event, alarmId(device.id, type, event.asOf));
    call.effects.changed(alarmChange('CREATE', alarm));
    return alarm;
  }

  private unstored(device: Device, type: string, event: AlarmEvent, id: string): Alarm {
    const { current } = slotStep(EMPTY_SLOT.base, event);
    if (current === undefined) throw new Error(`${event.kind} makes no alarm`);
    return { ...alarmOf(current, device.id, type), id };
  }

  private async changeOpen(
    call: Call,
    device: Device,
    type: string,
    event: AlarmEvent,
  ): Promise<Result<Alarm, Refusal>> {
    const alarm = await this.apply(call, device.id, type, event);
    if (alarm !== undefined) return ok(alarm);
    return fail({ kind: 'notFound', reason: 'noOpenAlarm', subject: 'alarm', type });
  }

  /** Puts one event into the slot. `keeps` says whether the slot is the right place for the event. */
  private async apply(
    call: Call,
    device: string,
    type: string,
    event: AlarmEvent,
    keeps: (state: SlotState) => boolean = () => true,
  ): Promise<Alarm | undefined> {
    const { tenant } = call.origin;
    let isKept = true;
    const { old, ...first } = await this.slots.change(tenant, device, type, (slot) => {
      isKept = keeps(stateOf(slot));
      const inserted = isKept ? insert(slot, event) : undefined;
      return inserted && { ...slot, ...inserted };
    });
    if (!isKept) return undefined;
    const slot = mayDependOnMaintenance(old, first.slot, event)
      ? await this.inMaintenance(tenant, device, type, first.slot)
      : first.slot;
    if (first.written || slot !== first.slot) this.announce(call, device, type, old, slot);
    return touchedBy(slot, event, device, type);
  }

  /**
   * The slot with the times of maintenance as they are now. They are read after the slot was written, and whoever changes
   * them goes through the slots afterwards. So one of the two sees the other, whatever their order.
   */
  private async inMaintenance(tenant: string, device: string, type: string, slot: AlarmSlot): Promise<AlarmSlot> {
    const times = await this.deps.maintenanceOf?.(tenant, device);
    if (times === undefined || withMaintenance(slot, times) === undefined) return slot;
    const done = await this.slots.change(tenant, device, type, (stored) => withMaintenance(stored, times));
    return done.slot;
  }

  /**
   * Applies changed times of maintenance to the alarms of the last minutes. Those that turn out to be raised in
   * maintenance go, and those that do not come back. It costs one Query, and one write for each slot that it concerns.
   */
  async applyMaintenance(call: Call, { id: device }: Device, times: MaintenanceTimes): Promise<void> {
    const { tenant } = call.origin;
    for await (const { type, ...item } of this.items.slots(tenant, device)) {
      const newest = parseSlot({ type, ...item }).events.at(-1);
      if (newest === undefined || millisOf(newest.asOf) < times.from) continue;
      const { old, slot } = await this.slots.change(tenant, device, type, (stored) => withMaintenance(stored, times));
      this.announce(call, device, type, old, slot);
    }
  }

  private announce(call: Call, device: string, type: string, old: AlarmSlot, slot: AlarmSlot): void {
    for (const change of changesBetween(stateOf(old), stateOf(slot), device, type)) call.effects.changed(change);
  }

  /** Changes an alarm that is older than the journal. The last writer wins, as REST clients expect. */
  private async updateClosed(call: Call, found: Alarm, change: AlarmChange): Promise<Alarm> {
    const { source, type, id, creationTime } = found;
    const alarm = applyChange(found, change, isoTimeOf(asOf(call.origin)));
    const body = printJson(alarm);
    await this.items.writeClosed(call.origin.tenant, source, { id, type, body }, { id, creationTime });
    call.effects.changed(alarmChange('UPDATE', alarm));
    return alarm;
  }

  private async *ofDevice(tenant: string, device: string, filter: AlarmFilter): AsyncGenerator<Alarm> {
    const slots: Alarm[] = [];
    for await (const slot of this.items.slots(tenant, device)) slots.push(...alarmsIn(slot, device));
    slots.sort(byCreation);
    const seen = new Set(slots.map((alarm) => alarm.id));
    const wantsClosed = filter.resolved !== false && (filter.statuses?.includes('CLEARED') ?? true);
    if (wantsClosed) {
      for await (const { id, body } of this.items.closedOf(tenant, device)) {
        if (seen.has(id)) continue;
        const closed = parseClosed(body);
        while (slots[0] !== undefined && byCreation(slots[0], closed) <= 0) yield* slots.splice(0, 1);
        yield closed;
      }
    }
    yield* slots;
  }

  private async *ofTenant(tenant: string): AsyncGenerator<Alarm> {
    const seen = new Set<string>();
    for await (const item of this.items.ofTenant(tenant)) {
      const alarm = listedAlarm(item);
      if (alarm === undefined || seen.has(alarm.id)) continue;
      seen.add(alarm.id);
      yield alarm;
    }
  }
}
