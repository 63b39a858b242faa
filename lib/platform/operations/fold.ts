import { printJson } from '../../base/exact-json';
import type { JsonObject } from '../../base/json';
import type { OperationSelector } from '../commands';
import { fold, foldThrough, insert, type Journal, millisOf, type Stamped, settle } from '../journal';
import type { AsOf, OperationStatus } from '../model';
import { forgetBefore, NOTHING_SEEN, remember, type Seen, sightingOf } from './seen';

/**
 * A status change of a device's operations. Their states are a fold over such changes in the order of the broker
 * (docs/reference/static-templates.md#which-operation-a-status-row-means). The fold is pure: the same changes give the
 * same states, in whatever order they arrived.
 */
export interface OperationEvent extends Stamped {
  readonly select: OperationSelector;
  readonly status: OperationStatus;
  readonly failureReason?: string;
  /** Values that a device reports with the success of an operation. */
  readonly parameters?: readonly string[];
  /** Fragments that a REST client writes along with the status. */
  readonly fragments?: JsonObject;
}

/** What rows can select an operation by. Times are ms since the epoch. */
export interface OpenOperation {
  readonly id: string;
  readonly names: readonly string[];
  /** When it was first handed over to the device; absent before. It never changes. */
  readonly sentAt?: number;
  /** When it was deleted. Rows from before still mean it. */
  readonly goneAt?: AsOf;
}

/** What became of one operation. An operation without progress is PENDING. */
export interface Progress {
  readonly status: OperationStatus;
  readonly asOf: AsOf;
  readonly failureReason?: string;
  /** Values of the row that made it SUCCESSFUL. Empty when the row had none, absent when no row did it. */
  readonly parameters?: readonly string[];
  /** The fragment that this row named. It says what the parameters mean. */
  readonly fragment?: string;
  /** Fragments written by REST clients since creation. */
  readonly fragments?: JsonObject;
}

/** The progress of a device's operations after some events. */
export interface AgendaState {
  readonly progress: { readonly [operation: string]: Progress };
  /** The operations the last event took. */
  readonly taken: readonly string[];
}
export interface AgendaFold extends Journal<AgendaState, OperationEvent> {
  /** The events that are in the base. */
  readonly seen?: Seen;
}

export const EMPTY_AGENDA: AgendaFold = { base: { progress: {}, taken: [] }, events: [] };

const RANK: Record<OperationStatus, number> = { PENDING: 0, EXECUTING: 1, SUCCESSFUL: 2, FAILED: 2 };

/** A status moves forward only. Reporting the same status again is allowed. */
const canBecome = (from: OperationStatus, to: OperationStatus): boolean => from === to || RANK[to] > RANK[from];
/** SUCCESSFUL or FAILED. */
export const isClosed = (status: OperationStatus): boolean => RANK[status] === 2;

/** Applies one event to a state. `operations` are those of the device, oldest first. */
export const agendaStep =
  (operations: readonly OpenOperation[]) =>
  (state: AgendaState, event: OperationEvent): AgendaState => {
    const taken = select(operations, state, event);
    const moved = taken.map(({ id }) => [id, moveTo(state.progress[id], event)] as const);
    return { progress: { ...state.progress, ...Object.fromEntries(moved) }, taken: taken.map(({ id }) => id) };
  };

/** What a new event does to a device's operations. */
export interface Taking {
  /** The journal with the event in it. */
  readonly journal: AgendaFold;
  readonly state: AgendaState;
  /** Ids of the operations that this event took. */
  readonly taken: readonly string[];
  /**
   * `known`: the event was in the journal before. `settled`: it was folded into the base, so what it took is not known
   * any more. `idle`: it means no operation and never will, so it need not be kept. That is also so when it is too old
   * to tell whether it was seen.
   */
  readonly how: 'new' | 'known' | 'settled' | 'idle';
}

/** Puts an event into a journal and says what it does to the operations. */
export function take(before: AgendaFold, event: OperationEvent, operations: readonly OpenOperation[]): Taking {
  const step = agendaStep(operations);
  const sighting = event.select.by === 'id' ? 'unseen' : sightingOf(before.seen ?? NOTHING_SEEN, event.asOf);
  if (sighting !== 'unseen') {
    const how = sighting === 'seen' ? 'settled' : 'idle';
    return { journal: before, state: fold(before, step), taken: [], how };
  }
  const inserted = insert(before, event);
  if (inserted === undefined) {
    const { taken } = foldThrough(before, step, event);
    return { journal: before, state: fold(before, step), taken, how: 'known' };
  }
  const journal = { ...before, ...inserted };
  const { taken } = foldThrough(journal, step, event);
  const idle = taken.length === 0 && !mayTakeLater(event, operations);
  return { journal, state: fold(journal, step), taken, how: idle ? 'idle' : 'new' };
}

/**
 * Whether the event may still take an operation. An older event that arrives later can leave one to it, if there is any
 * that it could mean.
 */
const mayTakeLater = ({ select }: OperationEvent, operations: readonly OpenOperation[]): boolean =>
  operations.some(({ id, names }) =>
    select.by === 'id' ? id === select.id : select.fragment === undefined || names.includes(select.fragment),
  );

/** The most settled `507` that stay in a journal, and their bytes as JSON. */
const ENDS_KEPT = 8;
const ENDS_BYTES = 16_000;

/** The latest of these events that the limits allow. */
function latestEnds(events: readonly OperationEvent[]): readonly OperationEvent[] {
  let bytes = 0;
  const fits = (event: OperationEvent): boolean => {
    bytes += Buffer.byteLength(printJson(event));
    return bytes <= ENDS_BYTES;
  };
  return events.slice(-ENDS_KEPT).reverse().filter(fits).reverse();
}

/**
 * Whether a settled `507` may still end an operation: one that was handed over before it and that is PENDING, because
 * its `501` has not come yet. Such an event stays in the journal too. There it ends only what began before it, so that
 * it is harmless to apply it twice.
 */
const mayEndLater = ({ select, asOf }: OperationEvent, base: AgendaState, operations: readonly OpenOperation[]) =>
  select.by === 'all' &&
  operations.some(
    ({ id, names, sentAt, goneAt }) =>
      goneAt === undefined &&
      sentAt !== undefined &&
      sentAt <= millisOf(asOf) &&
      statusOf(base, id) === 'PENDING' &&
      (select.fragment === undefined || names.includes(select.fragment)),
  );

/** Folds the oldest events of a journal into its base, and remembers that they are in it. */
export function settleAgenda(journal: AgendaFold, operations: readonly OpenOperation[]): AgendaFold {
  const { base, events: latest } = settle(journal, agendaStep(operations));
  const settled = journal.events.slice(0, journal.events.length - latest.length);
  const events = [...latestEnds(settled.filter((event) => mayEndLater(event, base, operations))), ...latest];
  // a row with an id cannot take another operation, so it may come again
  const choosing = settled.filter(({ select }) => select.by !== 'id').map(({ asOf }) => asOf);
  return { base, events, seen: remember(journal.seen ?? NOTHING_SEEN, choosing) };
}

/**
 * The journal without what is remembered of events that could mean none of the operations on the agenda: an operation
 * that is handed over later cannot be meant by them either.
 */
export function forgetSettled(journal: AgendaFold, operations: readonly OpenOperation[]): AgendaFold {
  const open = operations.filter(({ id }) => !isClosed(statusOf(journal.base, id)));
  const times = open.flatMap(({ id, sentAt }) => {
    const began = journal.base.progress[id]?.asOf ?? journal.events[0]?.asOf;
    return [sentAt ?? [], began ? millisOf(began) : []].flat();
  });
  // without any time it is infinity, and everything is forgotten
  return { ...journal, seen: forgetBefore(journal.seen ?? NOTHING_SEEN, Math.min(...times)) };
}

/** The status of an operation in a state. */
export const statusOf = (state: AgendaState, id: string): OperationStatus => state.progress[id]?.status ?? 'PENDING';

function select(
  all: readonly OpenOperation[],
  state: AgendaState,
  { select: by, status, asOf }: OperationEvent,
): readonly OpenOperation[] {
  const operations = all.filter(({ goneAt }) => goneAt === undefined || asOf < goneAt);
  if (by.by === 'id') {
    return operations.filter(({ id }) => id === by.id && canBecome(statusOf(state, id), status));
  }
  const { fragment } = by;
  const matching = operations.filter(({ names }) => fragment === undefined || names.includes(fragment));
  const known = matching.filter((operation) => isKnown(operation, state, asOf));
  const executing = known.filter(({ id }) => statusOf(state, id) === 'EXECUTING');
  // one that began to execute later did not do so when the row was written
  if (by.by === 'all') return executing.filter(({ id }) => (state.progress[id]?.asOf ?? '') <= asOf);
  if (by.from === 'EXECUTING' && executing.length > 0) return executing.slice(0, 1);
  // the row for the end may arrive before the row for the start: then the operation is still PENDING here
  return known.filter(({ id }) => statusOf(state, id) === 'PENDING').slice(0, 1);
}

/**
 * Whether the device knew of an operation when it wrote the row: it had been handed over before, or somebody had
 * reported by its id that it executes.
 */
function isKnown({ id, sentAt }: OpenOperation, state: AgendaState, asOf: AsOf): boolean {
  if (sentAt !== undefined && sentAt <= millisOf(asOf)) return true;
  const progress = state.progress[id];
  return progress?.status === 'EXECUTING' && progress.asOf <= asOf;
}

/**
 * The progress after an event. What was reported with the old status is dropped; fragments that were written to the
 * operation stay.
 */
export function moveTo(before: Progress | undefined, event: OperationEvent): Progress {
  const { status, asOf, failureReason, parameters } = event;
  const same = before?.status === status ? before : undefined;
  const reported = status === 'SUCCESSFUL' && parameters !== undefined;
  // a device that reports an end again has nothing new to say
  if (same !== undefined && isClosed(status) && parameters !== undefined) return same;
  // the same status again, by a row that is older: what was reported later stays
  if (same !== undefined && same.asOf > asOf) return withFragments(same, { ...event.fragments, ...same.fragments });
  const fragments = { ...before?.fragments, ...event.fragments };
  const progress = {
    ...same,
    status,
    asOf,
    ...(failureReason !== undefined && { failureReason }),
    ...(reported && { parameters, ...(event.select.by === 'oldest' && { fragment: event.select.fragment }) }),
  };
  return withFragments(progress, fragments);
}

const withFragments = (progress: Progress, fragments: JsonObject): Progress =>
  Object.keys(fragments).length > 0 ? { ...progress, fragments } : progress;
