import { instantOf } from '../../base/instant';
import type { Operation, OperationStatus } from '../model';

/**
 * Which operations are wanted (docs/reference/rest-api.md#filters-of-operations). A condition that is left out always
 * holds.
 */
export interface OperationFilter {
  readonly deviceId?: string;
  readonly agentId?: string;
  readonly statuses?: readonly OperationStatus[];
  readonly fragmentType?: string;
  /** Range of the creation time; both ends belong to it, ms since the epoch. */
  readonly from?: number;
  readonly to?: number;
  /** Newest first. */
  readonly revert?: boolean;
}

/** Whether all conditions hold for an operation. */
export function matchesOperationFilter(operation: Operation, filter: OperationFilter): boolean {
  const created = instantOf(operation.creationTime) ?? 0;
  return (
    (filter.deviceId === undefined || operation.deviceId === filter.deviceId) &&
    (filter.agentId === undefined || operation.agentId === filter.agentId) &&
    (filter.statuses === undefined || filter.statuses.includes(operation.status)) &&
    (filter.fragmentType === undefined || Object.hasOwn(operation.fragments, filter.fragmentType)) &&
    (filter.from === undefined || created >= filter.from) &&
    (filter.to === undefined || created <= filter.to)
  );
}
