import type { JsonObject } from '../../base/json';
import type { OperationSelector } from '../commands';
import { fold, foldThrough, insert, type Journal, millisOf, type Stamped } from '../journal';
import type { AsOf, OperationStatus } from '../model';

/**
 * What becomes of a device's operations as a fold over status changes in broker order
 * (docs/reference/static-templates.md#which-operation-a-status-row-means). The fold is pure: the same changes end in
 * the same states, whatever order they arrived in.
 */
export interface OperationEvent extends Stamped {
  readonly select: OperationSelector;
  readonly status: OperationStatus;
  readonly failureReason?: string;
  /** Values a device reports with the success of an operation. */
  readonly parameters?: readonly string[];
  /** Fragments a REST client writes along with the status. */
  readonly fragments?: JsonObject;
}

/** An operation as far as rows can select it. Times are ms since the epoch. */
export interface OpenOperation {
  readonly id: string;
  readonly names: readonly string[];
  readonly createdAt: number;
  /** When it was handed to the broker, where known. */
  readonly sentAt?: number;
}

/** What became of one operation; none means PENDING. */
export interface Progress {
  readonly status: OperationStatus;
  readonly asOf: AsOf;
  readonly failureReason?: string;
  /** Values of the row that made it SUCCESSFUL; empty when it had none, absent when no row did. */
  readonly parameters?: readonly string[];
  /** The fragment that row named, which says what the parameters are. */
  readonly fragment?: string;
  /** Fragments written by REST clients since creation. */
  readonly fragments?: JsonObject;
}

export interface AgendaState {
  readonly progress: { readonly [operation: string]: Progress };
  /** The operations the last event took. */
  readonly taken: readonly string[];
}
export type AgendaFold = Journal<AgendaState, OperationEvent>;

export const EMPTY_AGENDA: AgendaFold = { base: { progress: {}, taken: [] }, events: [] };

const RANK: Record<OperationStatus, number> = { PENDING: 0, EXECUTING: 1, SUCCESSFUL: 2, FAILED: 2 };

/** Status moves forward only; saying the same again is no harm. */
const canBecome = (from: OperationStatus, to: OperationStatus): boolean => from === to || RANK[to] > RANK[from];
export const isClosed = (status: OperationStatus): boolean => RANK[status] === 2;

/** One event on a state; `operations` are those of the device, oldest first. */
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
  /** The operations this event took. */
  readonly taken: readonly string[];
  /** `known`: it was there before. `idle`: it means no operation and never will, so it need not be kept. */
  readonly how: 'new' | 'known' | 'idle';
}

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

/** An older event that turns up later can still leave an operation to this one, if there is any it could mean. */
const mayTakeLater = (select: OperationSelector, operations: readonly OpenOperation[]): boolean =>
  operations.some(({ id, names }) =>
    select.by === 'id' ? id === select.id : select.fragment === undefined || names.includes(select.fragment),
  );

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
  // the end of an operation may have overtaken its start: then the operation is still PENDING here
  return oldestPending(matching, state, millisOf(asOf));
}

/** A device can only mean what existed and, where that is known, what had been handed over before it wrote the row. */
function oldestPending(operations: readonly OpenOperation[], state: AgendaState, at: number): readonly OpenOperation[] {
  const pending = operations.filter(({ id, createdAt }) => createdAt <= at && statusOf(state, id) === 'PENDING');
  const handedOver = pending.filter(({ sentAt }) => sentAt !== undefined && sentAt <= at);
  return (handedOver.length > 0 ? handedOver : pending).slice(0, 1);
}

/** What was said of a status goes with it; what was written to the operation stays. */
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
