import type { Credentials } from '../platform/access/credentials';
import type { PlatformServices } from '../platform/services';

/** Which agent has something new to receive. */
export interface DeliveryRequest {
  readonly tenant: string;
  readonly agentId: string;
  readonly agentSerial: string;
}

/** What stands behind the REST-shaped door; one per function instance. */
export interface Platform extends PlatformServices {
  readonly credentials: Credentials;
  /** Asks the delivery room, which is above this one, to bring an agent up to date; once per `cause`, the operation's id. */
  requestDelivery(request: DeliveryRequest, cause: string): Promise<void>;
}
