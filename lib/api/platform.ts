import type { DeliveryRequest } from '../delivery/queue';
import type { Credentials } from '../platform/access/credentials';
import type { PlatformServices } from '../platform/services';

/** What stands behind the REST-shaped door; one per function instance. */
export interface Platform extends PlatformServices {
  readonly credentials: Credentials;
  /** Asks for an agent to be brought up to date; once per `cause`, the operation's id. */
  requestDelivery(request: DeliveryRequest, cause: string): Promise<void>;
}
