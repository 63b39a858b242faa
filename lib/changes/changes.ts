import type { Json } from '../base/json';
import type { Api, ProcessingMode, Sinks } from './modes';

/** What can happen to an object. */
export const CHANGE_ACTIONS = ['CREATE', 'UPDATE', 'DELETE'] as const;

/** One thing that happened to an object, stored or not. Notifications and event processing are made from it. */
export interface Change {
  readonly api: Api;
  readonly action: (typeof CHANGE_ACTIONS)[number];
  /** Id of the managed object that it belongs to. For a managed object it is its own id. */
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

/**
 * Takes the changes of one message: real-time notifications or event processing. Throws when it cannot pass them on.
 */
export interface ChangeSink {
  accept(context: ChangeContext, changes: readonly Change[]): Promise<void>;
}
