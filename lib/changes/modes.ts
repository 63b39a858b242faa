/**
 * How a message asks to be handled, by its topic prefix or its REST header
 * (docs/reference/mqtt-implementation.md#processing-modes).
 */
export const PROCESSING_MODES = ['PERSISTENT', 'TRANSIENT', 'QUIESCENT', 'CEP'] as const;
export type ProcessingMode = (typeof PROCESSING_MODES)[number];

/** The five kinds of object a message can create or change, named as the notification channels are. */
export const CHANGE_APIS = ['measurements', 'events', 'alarms', 'managedobjects', 'operations'] as const;
export type Api = (typeof CHANGE_APIS)[number];

/** Where a change goes in one processing mode. */
export interface Sinks {
  readonly store: boolean;
  /** Real-time notifications to subscribers. */
  readonly notify: boolean;
  /** Event processing (CEP). */
  readonly process: boolean;
}

const BY_MODE: Record<ProcessingMode, Sinks> = {
  PERSISTENT: { store: true, notify: true, process: true },
  TRANSIENT: { store: false, notify: true, process: true },
  QUIESCENT: { store: true, notify: false, process: true },
  CEP: { store: false, notify: false, process: true },
};

/** APIs whose objects a mode leaves unstored. For all other APIs it decides only who hears of the change. */
const UNSTORED: Record<ProcessingMode, readonly Api[]> = {
  PERSISTENT: [],
  TRANSIENT: ['measurements', 'events', 'alarms'],
  QUIESCENT: [],
  CEP: ['measurements', 'events'],
};

/**
 * What a mode means for one kind of object (docs/processing-modes.md#processing-modes). Inventory and operations are
 * always stored.
 */
export function sinksOf(mode: ProcessingMode, api: Api): Sinks {
  const sinks = BY_MODE[mode];
  return sinks.store || UNSTORED[mode].includes(api) ? sinks : { ...sinks, store: true };
}
