import { parseJson } from '../../base/exact-json';
import { isObject, type Json } from '../../base/json';
import type { ObjectRecord } from '../inventory/object-items';
import { REQUIREMENT, responseIntervalOf } from '../inventory/requirement';
import { fold, JOURNAL_WINDOW_MS, type Journal, millisOf, type Stamped } from '../journal';
import type { AsOf } from '../model';

/**
 * What happens to `c8y_RequiredAvailability`. A device sets it only where it is absent, and whether it is absent depends
 * on everything before. So the changes of the last minutes are kept in a journal and folded in broker order
 * (docs/data-model.md#the-journal).
 */
export type RequirementChange =
  | { readonly kind: 'set' | 'ifAbsent'; readonly value: Json }
  /** Values within the member, by path. */
  | { readonly kind: 'within'; readonly value: Json }
  | { readonly kind: 'remove' };
export type RequirementEvent = Stamped & RequirementChange;

/** The member after some changes: absent without a value. */
export interface RequirementState {
  readonly value?: Json;
  /** As-of of the newest change that had an effect. */
  readonly since?: AsOf;
  /**
   * Only when a device has set it where it was absent: since when it was absent. What came between is the first to find
   * it absent, also when it is the last to arrive.
   */
  readonly free?: AsOf;
}
export type RequirementJournal = Journal<RequirementState, RequirementEvent> & {
  /** Counts the changes, from 1; 0 when nothing was written yet. */
  readonly version: number;
};

/** The journal of an object. One that has none yet has the member since its as-of. */
export function requirementJournalOf({ requirement, members, asOf }: ObjectRecord): RequirementJournal {
  // the text is written by `updateRequirement` alone
  if (requirement !== undefined) return parseJson<RequirementJournal>(requirement);
  const { [REQUIREMENT]: value } = members;
  const { [REQUIREMENT]: since } = asOf;
  return { version: 0, base: { ...(value !== undefined && { value }), ...(since && { since }) }, events: [] };
}

/** Applies one change. One that is older than the base changes nothing, unless it was the first to find none. */
export function requirementStep(state: RequirementState, event: RequirementEvent): RequirementState {
  if (event.asOf < (state.since ?? '')) {
    const { free } = state;
    if (free === undefined || event.asOf < free) return state;
    if (event.kind === 'remove') return { ...state, free: event.asOf };
    return { value: event.value, since: event.asOf, ...(event.kind === 'ifAbsent' && { free }) };
  }
  switch (event.kind) {
    case 'set':
      return { value: event.value, since: event.asOf };
    case 'ifAbsent':
      if (state.value !== undefined) return state;
      return { value: event.value, since: event.asOf, free: state.since ?? '' };
    case 'within':
      return { value: overlaid(state.value, event.value), since: event.asOf };
    case 'remove':
      return { since: event.asOf };
  }
}

function overlaid(base: Json | undefined, later: Json): Json {
  if (!isObject(base) || !isObject(later)) return later;
  const members = Object.entries(later).map(([name, member]) => [name, overlaid(base[name], member)] as const);
  return { ...base, ...Object.fromEntries(members) };
}

/**
 * When a device is in maintenance, as far as messages can still be overtaken. It is part of what folds alarms, so that
 * an alarm counts or does not by when it was raised (docs/reference/static-templates.md#alarms-in-maintenance).
 */
export interface MaintenanceTimes {
  /** Version of the journal that it is read from. Newer times replace older ones. */
  readonly version: number;
  /** Nothing is said about the time before, in ms since the epoch. */
  readonly from: number;
  /** When maintenance began or ended, in broker order. */
  readonly changes: readonly { readonly at: AsOf; readonly on: boolean }[];
}

/** The times of an object's journal; undefined when the journal says nothing of maintenance. */
export function maintenanceTimesOf(record: ObjectRecord): MaintenanceTimes | undefined {
  const journal = requirementJournalOf(record);
  const { base, events, version } = journal;
  const values = [base.value, ...events.map((event) => ('value' in event ? event.value : undefined))];
  if (!values.some(meansMaintenance)) return undefined;
  const newest = events.at(-1);
  const changes = [{ at: base.since ?? '', on: meansMaintenance(base.value) }];
  let state = base;
  for (const event of events) {
    state = requirementStep(state, event);
    const on = meansMaintenance(state.value);
    if (changes.at(-1)?.on !== on) changes.push({ at: event.asOf, on });
  }
  return { version, from: newest === undefined ? 0 : millisOf(newest.asOf) - JOURNAL_WINDOW_MS, changes };
}

/** Whether what is raised at this moment is raised in maintenance. */
export const isInMaintenance = (times: MaintenanceTimes | undefined, asOf: AsOf): boolean =>
  times?.changes.filter(({ at }) => at < asOf).at(-1)?.on ?? false;

/** The member after all changes. */
export const requirementOf = (journal: RequirementJournal): RequirementState => fold(journal, requirementStep);

function meansMaintenance(value: Json | undefined): boolean {
  const interval = value === undefined ? undefined : responseIntervalOf({ [REQUIREMENT]: value });
  return interval !== undefined && interval <= 0;
}
