import { parseJson, printJson } from '../../base/exact-json';
import type { Change } from '../../changes/changes';
import { sourcedObject } from '../../changes/links';
import { foldThrough, settle } from '../journal';
import type { Alarm } from '../model';
import type { AlarmItem, AlarmListing, AlarmSlotItem } from './items';
import {
  type AlarmDraft,
  type AlarmEvent,
  type AlarmSlot,
  alarmOf,
  alarmsOf,
  EMPTY_SLOT,
  SLOT_LIMITS,
  type SlotState,
  stateOf,
  stepIn,
} from './slot';

/** Reads the slot from its item; an empty slot when there is no item. */
export function parseSlot(item: AlarmSlotItem | undefined): AlarmSlot {
  // the body is written by `slotBody` alone
  return item === undefined ? EMPTY_SLOT : parseJson<AlarmSlot>(item.body);
}

/**
 * The JSON of a slot, with old events folded into the base. Alarms that were replaced have items of their own by then.
 */
export function slotBody(slot: AlarmSlot): string {
  const { base, events } = settle(slot, stepIn(slot), SLOT_LIMITS);
  const { current, latest } = base;
  const settled = { closed: [], ...(current && { current }), latest };
  return printJson({ ...slot, base: settled, events } satisfies AlarmSlot);
}

/** Reads the item of a closed alarm. */
export const parseClosed = (body: string): Alarm => parseJson<Alarm>(body);

/** Every alarm of a slot, oldest first: those that the journal still covers, and at the end the newest. */
export function alarmsIn(item: AlarmSlotItem, device: string): readonly Alarm[] {
  return alarmsOf(stateOf(parseSlot(item))).map((draft) => alarmOf(draft, device, item.type));
}

/** The alarm that an item of the tenant's list is about. */
export const listedAlarm = (item: AlarmItem): Alarm | undefined =>
  item.kind === 'slot' ? alarmsIn(item, item.device).at(-1) : parseClosed(item.body);

/** The place of a new alarm in the tenant's list; undefined while it has no id. */
export const listingOf = (draft: AlarmDraft | undefined): AlarmListing | undefined =>
  draft?.id === undefined ? undefined : { id: draft.id, creationTime: draft.creationTime };

/** The alarm that an event acted on, as it is after all events; `undefined` when the event found none. */
export function touchedBy(slot: AlarmSlot, event: AlarmEvent, device: string, type: string): Alarm | undefined {
  const { touched } = foldThrough(slot, stepIn(slot), event);
  const draft = touched === undefined ? undefined : alarmsOf(stateOf(slot)).find((alarm) => alarm.raised === touched);
  return draft && alarmOf(draft, device, type);
}

/** Whether two drafts are the same alarm with the same values. */
export const sameDraft = (one: AlarmDraft, other: AlarmDraft): boolean =>
  one.id === other.id && printJson(one) === printJson(other);

/**
 * The changes that lead from one state of a slot to another. An alarm goes when an older message shows that it was
 * raised in maintenance.
 */
export function changesBetween(old: SlotState, state: SlotState, device: string, type: string): readonly Change[] {
  const known = new Map(alarmsOf(old).map((draft) => [draft.id, draft]));
  const left = new Set(alarmsOf(state).map((draft) => draft.id));
  const gone = alarmsOf(old).filter((draft) => !left.has(draft.id));
  const taken = gone.map((draft) => alarmChange('DELETE', alarmOf(draft, device, type)));
  const made = alarmsOf(state).flatMap((draft) => {
    const before = known.get(draft.id);
    if (before !== undefined && sameDraft(before, draft)) return [];
    return [alarmChange(before === undefined ? 'CREATE' : 'UPDATE', alarmOf(draft, device, type))];
  });
  return [...taken, ...made];
}

/** What notifications and event processing hear of an alarm. */
export const alarmChange = (action: Change['action'], alarm: Alarm): Change => ({
  api: 'alarms',
  action,
  sourceId: alarm.source,
  object: action === 'DELETE' ? { id: alarm.id } : sourcedObject(alarm),
});

/** Sorts by creation, newest first. Equal times are sorted by id. */
export function byCreation(one: Alarm, other: Alarm): number {
  const order = compare(other.creationTime, one.creationTime);
  return order === 0 ? compare(other.id, one.id) : order;
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
