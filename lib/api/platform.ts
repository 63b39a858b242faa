import type { Result } from '../base/result';
import type { DeliveryRequest } from '../delivery/queue';
import type { Credentials, Principal } from '../platform/access/credentials';
import type { Refusal } from '../platform/refusal';
import type { PlatformServices } from '../platform/services';

/** Everything the routes use; one per function instance. */
export interface Platform extends PlatformServices {
  readonly credentials: Credentials;
  /** Keeps a device identifier for a user for good. Refused when it is another user's. */
  claimIdentifier(principal: Principal, serial: string): Promise<Result<void, Refusal>>;
  /** Asks for the delivery of an agent's operations. `cause` is an operation's id: repeating it asks only once. */
  requestDelivery(request: DeliveryRequest, cause: string): Promise<void>;
}
