import { instantOf } from '../../base/instant';
import type { Alarm, AlarmStatus, Severity } from '../model';

/** A range of time. Both ends belong to it, in ms since the epoch. */
export interface TimeRange {
  readonly from?: number;
  readonly to?: number;
}

/**
 * Which alarms are wanted (docs/reference/rest-api.md#filters-of-alarms). A condition that is left out always holds.
 */
export interface AlarmFilter {
  /** Id of the device. Without it the whole tenant is listed. */
  readonly source?: string;
  readonly types?: readonly string[];
  readonly statuses?: readonly AlarmStatus[];
  readonly severities?: readonly Severity[];
  /** True: only CLEARED alarms. False: only others. */
  readonly resolved?: boolean;
  /** Range of the alarm's `time`; both ends belong to it, ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
  readonly created?: TimeRange;
  readonly lastUpdated?: TimeRange;
}

/** Whether all conditions hold for an alarm. */
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
