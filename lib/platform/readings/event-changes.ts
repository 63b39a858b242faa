import { instantOf, isoOf } from '../../base/instant';
import { type Json, type JsonObject, own } from '../../base/json';
import { millisOf } from '../journal';
import type { AsOf, DeviceEvent } from '../model';

/** An event with what an update needs: its version, and when each member was changed last. */
export interface EventRecord {
  readonly event: DeviceEvent;
  readonly version: number;
  /** Member name → as-of of its last change. Members that are as they were created are not in it. */
  readonly changes: Readonly<Record<string, string>>;
  /** As-of of the message that made it. */
  readonly asOf: AsOf;
  /** When the platform received it, ms since the epoch. */
  readonly receivedAt: number;
}

/** What to change in an event. A fragment set to `null` is removed. */
export interface EventUpdate {
  readonly text?: string;
  readonly fragments?: JsonObject;
}

/**
 * The event after an update. Members that were changed later already keep their values. Undefined when the update
 * changes nothing.
 */
export function changed(record: EventRecord, { text, fragments = {} }: EventUpdate, at: AsOf): EventRecord | undefined {
  const asked: [string, Json][] = [
    ...(text === undefined ? [] : [['text', text] as [string, Json]]),
    ...Object.entries(fragments),
  ];
  const fresh = asked.filter(([name]) => at >= (own(record.changes, name) ?? ''));
  if (fresh.length === 0) return undefined;
  const changes = { ...record.changes, ...Object.fromEntries(fresh.map(([name]) => [name, at])) };
  const newText = fresh.find(([name]) => name === 'text')?.[1];
  const members = { ...record.event.fragments, ...Object.fromEntries(fresh.filter(([name]) => name !== 'text')) };
  const latest = Math.max(Date.parse(record.event.lastUpdated), millisOf(at));
  const event: DeviceEvent = {
    ...record.event,
    ...(typeof newText === 'string' && { text: newText }),
    lastUpdated: isoOf(latest),
    fragments: Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)),
  };
  return { ...record, event, changes };
}

/**
 * A message that removes fragments from the newest event of a type. Which event that is follows from what was received
 * before it, so it waits beside the events until no older message can arrive, and readers apply it
 * (docs/data-model.md#measurements-and-events).
 */
export interface EventClear {
  readonly asOf: AsOf;
  readonly type: string;
  readonly fragments: readonly string[];
}

/** Whether the message was received after the event was. The event with the latest time of them is meant. */
export const mayMean = (clear: EventClear, { event, asOf }: EventRecord): boolean =>
  clear.type === event.type && asOf < clear.asOf;

/** The moment that an event is about, ms since the epoch. */
export const instantOfEvent = ({ event }: EventRecord): number => instantOf(event.time) ?? 0;

/** Whether an event has a later time than another one, or the same time and was received later. */
export function isLater(one: EventRecord, other: EventRecord): boolean {
  const [at, otherAt] = [instantOfEvent(one), instantOfEvent(other)];
  return at === otherAt ? one.asOf > other.asOf : at > otherAt;
}

/** The event as it is after the messages that mean it. */
export const cleared = (record: EventRecord, clears: readonly EventClear[]): EventRecord =>
  clears.reduce((before, { fragments, asOf }) => {
    const removed = fragments.filter((name) => own(before.event.fragments, name) !== undefined);
    return changed(before, { fragments: Object.fromEntries(removed.map((name) => [name, null])) }, asOf) ?? before;
  }, record);
