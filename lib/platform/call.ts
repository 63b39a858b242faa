import type { Clock } from '../base/clock';
import type { Change } from '../changes/changes';
import type { Table } from '../storage/table';
import type { DeviceEvent, Measurement, Origin, ReadingIdentity } from './model';

/** A reading on its way to the telemetry table, packed with its neighbours when the message is flushed. */
export type Reading =
  | { readonly kind: 'measurement'; readonly measurement: Measurement; readonly identity: ReadingIdentity }
  | { readonly kind: 'event'; readonly event: DeviceEvent };

/**
 * What a message leaves behind for its end: readings to pack and store, changes for notifications and event processing.
 * Services add, the owner of the message flushes once.
 */
export interface Effects {
  store(tenant: string, reading: Reading): void;
  changed(change: Change): void;
}

/** What every domain service is built from; one set per function instance. */
export interface PlatformDeps {
  readonly registry: Table;
  readonly telemetry: Table;
  readonly clock: Clock;
}

/** What one call of a service carries: who and when, and where its effects go. */
export interface Call {
  readonly origin: Origin;
  readonly effects: Effects;
}
