import type { Clock } from '../base/clock';
import type { ReadingEffects } from '../platform/call';
import type { Origin } from '../platform/model';

/** One message's effects and the end of it. */
export interface Message {
  readonly effects: ReadingEffects;
  flush(): Promise<void>;
}

export interface AppOptions {
  readonly clock: Clock;
  /** Effects of one request; how they are stored and who hears of them is the caller's. */
  beginMessage(origin: Origin): Message;
  /** Told of what nobody foresaw, before the client gets its 500. */
  onUnexpected(error: unknown, request: { readonly method: string; readonly path: string }): void;
  /** The tenant of user names without one, where the host name does not tell. */
  readonly defaultTenant?: string;
  /** Bytes of a request body. Default 4 MiB, what Lambda's 6 MB leave after base64. */
  readonly maxBodyBytes?: number;
}
