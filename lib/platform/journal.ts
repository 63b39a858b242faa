import { printJson } from '../base/exact-json';
import { isoOf } from '../base/instant';
import type { AsOf, Origin } from './model';

/**
 * How long an event can still be overtaken by an older one, in ms of broker time (docs/data-model.md#the-journal). It
 * covers the one minute that is promised, and both retries that Lambda makes of a failed invocation: after one minute
 * and after two more. So a retry finds its own event and changes nothing.
 */
export const JOURNAL_WINDOW_MS = 4 * 60_000;
/**
 * The most events that a journal keeps, unless its owner says otherwise. Beyond it the oldest are folded into the base,
 * so that an item does not grow without end.
 */
export const JOURNAL_LIMIT = 64;
/**
 * The most that a journal keeps of its events as JSON, unless its owner says otherwise. An item holds at most 400 KB,
 * and texts and command results can be long.
 */
export const JOURNAL_CHARACTERS = 64_000;

/** How much a journal keeps: the number of events, and their bytes as JSON in UTF-8. */
export interface JournalLimits {
  readonly events: number;
  readonly bytes: number;
}

/** An event with its place in time. */
export interface Stamped {
  readonly asOf: AsOf;
  /** Which object the event is about, where one request changes several. */
  readonly target?: string;
}

/** A state as it was before the latest events, and these events in the order of the broker. */
export interface Journal<State, Event extends Stamped> {
  readonly base: State;
  readonly events: readonly Event[];
}

/** What one event makes of a state. It is pure. */
export type Step<State, Event> = (state: State, event: Event) => State;

/** The journal with an event in its place; `undefined` when it holds the event already (a redelivery). */
export function insert<State, Event extends Stamped>(
  journal: Journal<State, Event>,
  event: Event,
): Journal<State, Event> | undefined {
  if (journal.events.some((known) => sameEvent(known, event))) return undefined;
  const place = journal.events.findIndex((known) => known.asOf > event.asOf);
  const events = [...journal.events];
  events.splice(place < 0 ? events.length : place, 0, event);
  return { base: journal.base, events };
}

/** The state after all events. */
export function fold<State, Event extends Stamped>(journal: Journal<State, Event>, step: Step<State, Event>): State {
  return journal.events.reduce(step, journal.base);
}

/** The state right after one event of the journal. It tells what that event did. */
export function foldThrough<State, Event extends Stamped>(
  journal: Journal<State, Event>,
  step: Step<State, Event>,
  event: Stamped,
): State {
  const last = journal.events.findIndex((known) => sameEvent(known, event));
  return journal.events.slice(0, last + 1).reduce(step, journal.base);
}

/**
 * Folds events into the base: those that are too old to be overtaken, and the oldest beyond the limits of a journal.
 */
export function settle<State, Event extends Stamped>(
  journal: Journal<State, Event>,
  step: Step<State, Event>,
  limits: JournalLimits = { events: JOURNAL_LIMIT, bytes: JOURNAL_CHARACTERS },
): Journal<State, Event> {
  const { base, events } = journal;
  const newest = events.at(-1);
  if (newest === undefined) return journal;
  const horizon = millisOf(newest.asOf) - JOURNAL_WINDOW_MS;
  let first = events.length;
  let bytes = 0;
  for (const event of [...events].reverse()) {
    bytes += Buffer.byteLength(printJson(event));
    const tooMuch = events.length - first >= limits.events || bytes > limits.bytes;
    if (tooMuch || millisOf(event.asOf) < horizon) break;
    first--;
  }
  return { base: events.slice(0, first).reduce(step, base), events: events.slice(first) };
}

const sameEvent = (one: Stamped, other: Stamped): boolean => one.asOf === other.asOf && one.target === other.target;

/** The broker time of an as-of, ms since the epoch. */
export const millisOf = (asOf: AsOf): number => Number(asOf.slice(0, 13));
/** The broker time of an as-of as REST shows times (ISO 8601, UTC). */
export const isoTimeOf = (asOf: AsOf): string => isoOf(millisOf(asOf));

/** The place in time of a change that comes from this origin. */
export function asOf(origin: Pick<Origin, 'receivedAt' | 'messageId' | 'row'>): AsOf {
  const ms = String(origin.receivedAt).padStart(13, '0');
  return `${ms}-${origin.messageId.slice(0, 8)}-${origin.row.toString(36).padStart(3, '0')}`;
}
