import type { DeliveryRequest } from '../delivery/queue';
import type { Credentials } from '../platform/access/credentials';
import type { PlatformServices } from '../platform/services';

/** Everything the routes use; one per function instance. */
export interface Platform extends PlatformServices {
  readonly credentials: Credentials;
  /** Asks for the delivery of an agent's operations. `cause` is an operation's id: repeating it asks only once. */
  requestDelivery(request: DeliveryRequest, cause: string): Promise<void>;
}
