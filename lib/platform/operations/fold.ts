import type { JsonObject } from '../../base/json';
import type { OperationSelector } from '../commands';
import { fold, foldThrough, insert, type Journal, millisOf, type Stamped } from '../journal';
import type { AsOf, OperationStatus } from '../model';

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
  readonly createdAt: number;
  /** When it was sent to the broker, where that is known. */
  readonly sentAt?: number;
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
export type AgendaFold = Journal<AgendaState, OperationEvent>;

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
   * `known`: the event was in the journal before. `idle`: it means no operation and never will, so it need not be kept.
   */
  readonly how: 'new' | 'known' | 'idle';
}

/** Puts an event into a journal and says what it does to the operations. */
export function take(before: AgendaFold, event: OperationEvent, operations: readonly OpenOperation[]): Taking {
  const step = agendaStep(operations);
  const inserted = insert(before, event);
  const journal = inserted ?? before;
  const { taken } = foldThrough(journal, step, event);
  const state = fold(journal, step);
  if (inserted === undefined) return { journal, state, taken, how: 'known' };
  const idle = taken.length === 0 && !mayTakeLater(event.select, operations);
  return { journal, state, taken, how: idle ? 'idle' : 'new' };
}

/**
 * Whether the event may still take an operation. An older event that arrives later can leave one to it, if there is any
 * that it could mean.
 */
const mayTakeLater = (select: OperationSelector, operations: readonly OpenOperation[]): boolean =>
  operations.some(({ id, names }) =>
    select.by === 'id' ? id === select.id : select.fragment === undefined || names.includes(select.fragment),
  );

/** The status of an operation in a state. */
export const statusOf = (state: AgendaState, id: string): OperationStatus => state.progress[id]?.status ?? 'PENDING';

function select(
  operations: readonly OpenOperation[],
  state: AgendaState,
  { select: by, status, asOf }: OperationEvent,
): readonly OpenOperation[] {
  if (by.by === 'id') {
    return operations.filter(({ id }) => id === by.id && canBecome(statusOf(state, id), status));
  }
  const { fragment } = by;
  const matching = operations.filter(({ names }) => fragment === undefined || names.includes(fragment));
  const executing = matching.filter(({ id }) => statusOf(state, id) === 'EXECUTING');
  if (by.by === 'all') return executing;
  if (by.from === 'EXECUTING' && executing.length > 0) return executing.slice(0, 1);
  // the row for the end may arrive before the row for the start: then the operation is still PENDING here
  return oldestPending(matching, state, millisOf(asOf));
}

/**
 * The oldest PENDING operation that a device can mean: one that existed when it wrote the row. Operations that are
 * known to have been sent before that come first.
 */
function oldestPending(operations: readonly OpenOperation[], state: AgendaState, at: number): readonly OpenOperation[] {
  const pending = operations.filter(({ id, createdAt }) => createdAt <= at && statusOf(state, id) === 'PENDING');
  const handedOver = pending.filter(({ sentAt }) => sentAt !== undefined && sentAt <= at);
  return (handedOver.length > 0 ? handedOver : pending).slice(0, 1);
}

/**
 * The progress after an event. What was reported with the old status is dropped; fragments that were written to the
 * operation stay.
 */
export function moveTo(before: Progress | undefined, event: OperationEvent): Progress {
  const { status, asOf, failureReason, parameters } = event;
  const same = before?.status === status ? before : undefined;
  const reported = status === 'SUCCESSFUL' && parameters !== undefined;
  const fragments = { ...before?.fragments, ...event.fragments };
  return {
    ...same,
    status,
    asOf,
    ...(failureReason !== undefined && { failureReason }),
    ...(reported && { parameters, ...(event.select.by === 'oldest' && { fragment: event.select.fragment }) }),
    ...(Object.keys(fragments).length > 0 && { fragments }),
  };
}
