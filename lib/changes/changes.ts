import type { Json } from '../base/json';
import type { Api, ProcessingMode, Sinks } from './modes';

/** One thing that happened to a stored or transient object; what notifications and event processing feed on. */
export interface Change {
  readonly api: Api;
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  /** The managed object it belongs to; the object itself for the inventory. */
  readonly sourceId: string;
  /** The object as REST shows it, without `self` links. */
  readonly object: { readonly [key: string]: Json };
}

/** A change and who may hear of it. */
export interface RoutedChange {
  readonly change: Change;
  readonly sinks: Sinks;
}

/** The message a change came with. */
export interface ChangeContext {
  readonly tenant: string;
  readonly mode: ProcessingMode;
  /** ms since the epoch. */
  readonly receivedAt: number;
  readonly messageId: string;
}

/** Real-time notifications or event processing: takes the changes of one message. Throws when it cannot keep them. */
export interface ChangeSink {
  accept(context: ChangeContext, changes: readonly Change[]): Promise<void>;
}
