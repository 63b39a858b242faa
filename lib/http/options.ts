import type { Clock } from '../base/clock';
import type { Origin } from '../platform/model';
import type { UnitOfWork } from '../platform/unit-of-work';

export interface AppOptions {
  readonly clock: Clock;
  /** Begins the unit of work of one request; how its effects are stored and who hears of them is the caller's. */
  beginWork(origin: Origin): UnitOfWork;
  /** Told of what nobody foresaw, before the client gets its 500. */
  onUnexpected(error: unknown, request: { readonly method: string; readonly path: string }): void;
  /** Bytes of a request body. Default 4 MiB, what Lambda's 6 MB leave after base64. */
  readonly maxBodyBytes?: number;
}
