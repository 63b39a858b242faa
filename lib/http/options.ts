import type { Clock } from '../base/clock';
import type { Origin } from '../platform/model';
import type { UnitOfWork } from '../platform/unit-of-work';

/** What the REST shell gets from its caller. */
export interface AppOptions {
  readonly clock: Clock;
  /** Begins the unit of work of one request. The caller decides where its effects are stored and reported. */
  beginWork(origin: Origin): UnitOfWork;
  /** Called with an unexpected error, before the client gets its 500. */
  onUnexpected(error: unknown, request: { readonly method: string; readonly path: string }): void;
  /** Bytes a request body may have. Default 4 MiB, because Lambda takes 6 MB and the body travels as base64. */
  readonly maxBodyBytes?: number;
}
