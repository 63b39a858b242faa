import type { Clock } from '../base/clock';
import type { Change } from '../changes/changes';
import type { Listeners } from '../changes/listeners';
import type { ProcessingMode } from '../changes/modes';
import type { Table } from '../storage/table';
import type { AsOf, DeviceEvent, Measurement, Origin, ReadingIdentity } from './model';

/** A reading on its way to the telemetry table, packed with its neighbours when the message is flushed. */
export type Reading =
  | { readonly kind: 'measurement'; readonly measurement: Measurement; readonly identity: ReadingIdentity }
  | {
      readonly kind: 'event';
      readonly event: DeviceEvent;
      readonly asOf: AsOf;
      /** For an event that an older message may still take back: which decision this is. A later one wins. */
      readonly decision?: number;
    }
  /** There is no such event, as it turned out. */
  | { readonly kind: 'noEvent'; readonly event: DeviceEvent; readonly decision: number };

/**
 * Collects what a message leaves for its end: changes for notifications and event processing. Services add to it.
 * Whoever began the message flushes it once.
 */
export interface Effects {
  /** Something happened that others may hear of. */
  changed(change: Change): void;
}

/** Effects of a message that may make readings. They are packed and stored at its end. */
export interface ReadingEffects extends Effects {
  /** The readings that were added so far. */
  readonly readings: readonly Reading[];
  /** Adds a reading, unless the processing mode leaves it unstored: the given one, or that of the message. */
  store(reading: Reading, mode?: ProcessingMode): void;
}

/** What services are built from that keep everything in the registry. There is one set per function instance. */
export interface RegistryDeps {
  readonly registry: Table;
  readonly clock: Clock;
  /** Shared with the sinks, so that their item is read once for both; of its own when left out. */
  readonly listeners?: Listeners;
  /** The device user that holds an identifier by a claim, if one does; given where rows create devices. */
  readonly identifierHolder?: (tenant: string, serial: string) => Promise<string | undefined>;
}

/** What all services together are built from. A function without the telemetry table cannot build them. */
export interface PlatformDeps extends RegistryDeps {
  readonly telemetry: Table;
}

/** What each call of a service carries: who asks and when, and where its effects go. */
export interface Call {
  readonly origin: Origin;
  readonly effects: Effects;
}

/** A call that may make readings. */
export interface ReadingCall extends Call {
  readonly effects: ReadingEffects;
}
