import { instantOf } from '../../base/instant';
import type { Alarm, AlarmStatus, Severity } from '../model';

/** Inclusive, ms since the epoch. */
export interface TimeRange {
  readonly from?: number;
  readonly to?: number;
}

/** Which alarms are wanted (docs/reference/rest-api.md#filters-of-alarms); what is left out does not matter. */
export interface AlarmFilter {
  /** The device. Without one the whole tenant is listed. */
  readonly source?: string;
  readonly types?: readonly string[];
  readonly statuses?: readonly AlarmStatus[];
  readonly severities?: readonly Severity[];
  /** Only CLEARED ones, or none of them. */
  readonly resolved?: boolean;
  /** Of the alarm's `time`. */
  readonly from?: number;
  readonly to?: number;
  readonly created?: TimeRange;
  readonly lastUpdated?: TimeRange;
}

export function matchesAlarmFilter(alarm: Alarm, filter: AlarmFilter): boolean {
  return (
    (filter.source === undefined || alarm.source === filter.source) &&
    oneOf(filter.types, alarm.type) &&
    oneOf(filter.statuses, alarm.status) &&
    oneOf(filter.severities, alarm.severity) &&
    (filter.resolved === undefined || (alarm.status === 'CLEARED') === filter.resolved) &&
    within(filter, alarm.time) &&
    within(filter.created, alarm.creationTime) &&
    within(filter.lastUpdated, alarm.lastUpdated)
  );
}

function oneOf<T>(wanted: readonly T[] | undefined, value: T): boolean {
  return wanted === undefined || wanted.includes(value);
}

function within({ from, to }: TimeRange = {}, time: string): boolean {
  if (from === undefined && to === undefined) return true;
  const at = instantOf(time);
  return at !== undefined && (from === undefined || at >= from) && (to === undefined || at <= to);
}
