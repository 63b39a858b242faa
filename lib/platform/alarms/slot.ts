import type { JsonObject } from '../../base/json';
import { fold, isoTimeOf, type Journal, type JournalLimits, millisOf, type Stamped } from '../journal';
import type { Alarm, AlarmStatus, AsOf, Severity } from '../model';
import { isInMaintenance, type MaintenanceTimes } from '../requirement/requirement-journal';
import { alarmId } from './ids';

/**
 * An event on a device's alarms of one type. The alarms are a fold over such events in the order of the broker
 * (docs/reference/static-templates.md#alarms-of-one-type). The fold is pure: the same events give the same alarms, in
 * whatever order they arrived.
 */
export type AlarmEvent = Stamped &
  (
    | {
        readonly kind: 'raise';
        readonly severity: Severity;
        readonly text: string;
        readonly time: string;
        readonly status: AlarmStatus;
        readonly fragments?: JsonObject;
        /** Set on the event that made an alarm, so that the alarm keeps its id when older events arrive later. */
        readonly id?: string;
      }
    | { readonly kind: 'clear' }
    | { readonly kind: 'severity'; readonly severity: Severity }
    | { readonly kind: 'fragments'; readonly remove: readonly string[] }
    | { readonly kind: 'update'; readonly target: string; readonly change: AlarmChange }
  );
type Raise = Extract<AlarmEvent, { kind: 'raise' }>;

/** What a REST update may change; a fragment set to `null` is removed. */
export interface AlarmChange {
  readonly status?: AlarmStatus;
  readonly severity?: Severity;
  readonly text?: string;
  readonly time?: string;
  readonly fragments?: JsonObject;
}

/** An alarm while it is folded. `raised` names the raise that made it. It has no id when that raise is new. */
export type AlarmDraft = Omit<Alarm, 'id' | 'source' | 'type'> & { readonly raised: AsOf; readonly id?: string };

/** The alarms of one type after some events. */
export interface SlotState {
  /** Alarms that newer ones have replaced, oldest first. Only those that the journal still covers. */
  readonly closed: readonly AlarmDraft[];
  readonly current?: AlarmDraft;
  /** The newest event of each kind. An event that arrives after the journal's window must not undo a newer one. */
  readonly latest: { readonly [kind in 'raise' | 'clear' | 'severity']?: AsOf };
  /** The alarm that the last event acted on, by the raise that made it. Absent when the event found none. */
  readonly touched?: AsOf;
}

export type AlarmSlot = Journal<SlotState, AlarmEvent> & {
  /** When the device was in maintenance; absent when it was not, as far as the slot knows. */
  readonly maintenance?: MaintenanceTimes;
};

/**
 * How much a slot keeps. The events of one type are alike, so 2,000 of them are about 40 KB when they are stored. A type
 * that is raised more often within the journal's window is no longer counted exactly when its messages come out of
 * order.
 */
export const SLOT_LIMITS: JournalLimits = { events: 2_000, bytes: 256_000 };

export const EMPTY_SLOT: AlarmSlot = { base: { closed: [], latest: {} }, events: [] };

/** Whether there is an alarm and it is not CLEARED. */
export const isOpen = (alarm: Pick<AlarmDraft, 'status'> | undefined): boolean =>
  alarm !== undefined && alarm.status !== 'CLEARED';

/** How an event of this slot changes the state. A raise in maintenance makes no alarm, but counts what is open. */
export const stepIn =
  ({ maintenance }: AlarmSlot) =>
  (state: SlotState, event: AlarmEvent): SlotState => {
    const isSuppressed = event.kind === 'raise' && !isOpen(state.current) && isInMaintenance(maintenance, event.asOf);
    if (!isSuppressed) return slotStep(state, event);
    const { touched: _, ...untouched } = state;
    return untouched;
  };

/** The alarms of a slot after all its events. */
export const stateOf = (slot: AlarmSlot): SlotState => fold(slot, stepIn(slot));

/**
 * Applies one event to the state. As-ofs are compared only for events that are older than the base, because all others
 * are applied in order.
 */
export function slotStep(state: SlotState, event: AlarmEvent): SlotState {
  const { touched: _, ...untouched } = state;
  switch (event.kind) {
    case 'raise':
      return raise(untouched, event);
    case 'clear':
      return changeOpen(untouched, event, 'clear', () => ({ status: 'CLEARED' }));
    case 'severity':
      return changeOpen(untouched, event, 'severity', () => ({ severity: event.severity }));
    case 'fragments':
      return changeOpen(untouched, event, undefined, ({ fragments }) => ({
        fragments: Object.fromEntries(Object.entries(fragments).filter(([name]) => !event.remove.includes(name))),
      }));
    case 'update':
      return updateById(untouched, event.target, event.asOf, event.change);
  }
}

function raise(state: SlotState, event: Raise): SlotState {
  const { current, latest } = state;
  const next = { ...state, latest: { ...latest, raise: later(latest.raise, event.asOf) } };
  const clearedSince = latest.clear !== undefined && latest.clear > event.asOf ? latest.clear : undefined;
  if (current !== undefined && isOpen(current)) {
    // too old to tell whether it was counted already: leave the count alone
    if (latest.raise !== undefined && event.asOf <= latest.raise) return { ...next, touched: current.raised };
    return { ...next, current: counted(current, event), touched: current.raised };
  }
  // a raise that was settled long ago is delivered again
  if (current?.raised === event.asOf) return { ...next, touched: current.raised };
  const created = draft(event, clearedSince);
  const replacesCurrent = clearedSince === undefined || current === undefined;
  if (!replacesCurrent) return { ...next, closed: [...state.closed, created], touched: created.raised };
  const closed = current === undefined ? state.closed : [...state.closed, current];
  return { ...next, closed, current: created, touched: created.raised };
}

/** One more occurrence: count and time change; text, severity and fragments stay. */
function counted(alarm: AlarmDraft, event: Raise): AlarmDraft {
  const id = alarm.id ?? event.id;
  return {
    ...alarm,
    ...(id !== undefined && { id }),
    count: alarm.count + 1,
    time: event.time,
    lastUpdated: isoTimeOf(event.asOf),
  };
}

function draft(event: Raise, clearedSince: AsOf | undefined): AlarmDraft {
  const created = isoTimeOf(event.asOf);
  return {
    ...(event.id !== undefined && { id: event.id }),
    raised: event.asOf,
    text: event.text,
    time: event.time,
    severity: event.severity,
    status: clearedSince === undefined ? event.status : 'CLEARED',
    count: 1,
    firstOccurrenceTime: event.time,
    creationTime: created,
    lastUpdated: clearedSince === undefined ? created : isoTimeOf(clearedSince),
    fragments: event.fragments ?? {},
  };
}

function changeOpen(
  state: SlotState,
  event: AlarmEvent,
  kind: 'clear' | 'severity' | undefined,
  change: (alarm: AlarmDraft) => Partial<AlarmDraft>,
): SlotState {
  const { current, latest } = state;
  const overtaken = kind === 'clear' ? latest.raise : kind && latest[kind];
  const next = kind ? { ...state, latest: { ...latest, [kind]: later(latest[kind], event.asOf) } } : state;
  if (current === undefined || !isOpen(current) || event.asOf < current.raised) return next;
  if (overtaken !== undefined && event.asOf < overtaken) return { ...next, touched: current.raised };
  const changed = { ...current, ...change(current), lastUpdated: isoTimeOf(event.asOf) };
  return { ...next, current: changed, touched: current.raised };
}

function updateById(state: SlotState, id: string, asOf: AsOf, change: AlarmChange): SlotState {
  const { current, latest } = state;
  if (current?.id === id) {
    const clears = change.status === 'CLEARED' && isOpen(current);
    return {
      ...state,
      latest: clears ? { ...latest, clear: later(latest.clear, asOf) } : latest,
      current: applyChange(current, change, isoTimeOf(asOf)),
      touched: current.raised,
    };
  }
  const found = state.closed.find((alarm) => alarm.id === id);
  if (found === undefined) return state;
  const closed = state.closed.map((alarm) => (alarm === found ? applyChange(alarm, change, isoTimeOf(asOf)) : alarm));
  return { ...state, closed, touched: found.raised };
}

/**
 * Applies a REST update to an alarm. Members that are given replace the old ones. A fragment set to `null` is removed.
 */
export function applyChange<T extends AlarmDraft | Alarm>(alarm: T, change: AlarmChange, lastUpdated: string): T {
  const { fragments = {}, ...members } = change;
  const merged = Object.entries({ ...alarm.fragments, ...fragments }).filter(([, value]) => value !== null);
  return { ...alarm, ...members, fragments: Object.fromEntries(merged), lastUpdated };
}

/**
 * Gives an id to every alarm of the fold that has none, and stores it on the raise that made the alarm. An inserted
 * event makes at most one new alarm.
 */
export function withIds(slot: AlarmSlot, device: string, type: string): AlarmSlot {
  const state = stateOf(slot);
  const nameless = alarmsOf(state).filter((alarm) => alarm.id === undefined);
  if (nameless.length === 0) return slot;
  const makers = new Set(nameless.map((alarm) => alarm.raised));
  const events = slot.events.map((event) =>
    event.kind === 'raise' && makers.has(event.asOf) ? { ...event, id: alarmId(device, type, event.asOf) } : event,
  );
  return { ...slot, events };
}

/**
 * The slot with the times of maintenance that its device has now; undefined when that changes nothing. Events before
 * these times are settled by what the slot knew until then.
 */
export function withMaintenance(slot: AlarmSlot, times: MaintenanceTimes): AlarmSlot | undefined {
  const known = slot.maintenance;
  if (known === undefined ? !times.changes.some(({ on }) => on) : known.version >= times.version) return undefined;
  const first = slot.events.findIndex(({ asOf }) => millisOf(asOf) >= times.from);
  const events = first < 0 ? [] : slot.events.slice(first);
  const settled = first < 0 ? slot.events : slot.events.slice(0, first);
  return { base: settled.reduce(stepIn(slot), slot.base), events, maintenance: times };
}

/**
 * Whether maintenance decides about an alarm of the slot, so that its times have to be read: the event made an alarm, or
 * it is the raise of an alarm and delivered again, or the slot knows of a maintenance, which may be over.
 */
export function mayDependOnMaintenance(old: AlarmSlot, slot: AlarmSlot, event: AlarmEvent): boolean {
  if (slot.maintenance?.changes.some(({ on }) => on)) return true;
  const known = new Set(alarmsOf(stateOf(old)).map(({ raised }) => raised));
  return alarmsOf(stateOf(slot)).some(({ raised }) => raised === event.asOf || !known.has(raised));
}

/** All alarms of a folded slot, oldest first. */
export const alarmsOf = (state: SlotState): readonly AlarmDraft[] =>
  state.current === undefined ? state.closed : [...state.closed, state.current];

/** The alarm of the model. `withIds` has given it an id before. */
export function alarmOf(draft: AlarmDraft, source: string, type: string): Alarm {
  const { raised, id = alarmId(source, type, raised), ...members } = draft;
  return { id, source, type, ...members };
}

const later = (one: AsOf | undefined, other: AsOf): AsOf => (one !== undefined && one > other ? one : other);
