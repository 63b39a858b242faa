import type { DeviceIdentifiers } from '../connections/device-identifiers';
import type { DeliveryRequest } from '../delivery/queue';
import type { Credentials } from '../platform/access/credentials';
import type { PlatformServices } from '../platform/services';

/** Everything the routes use; one per function instance. */
export interface Platform extends PlatformServices {
  readonly credentials: Credentials;
  /** Who may be which device. */
  readonly identifiers: Pick<DeviceIdentifiers, 'bind' | 'release' | 'holder'>;
  /** Asks for the delivery of an agent's operations. `cause` is an operation's id: repeating it asks only once. */
  requestDelivery(request: DeliveryRequest, cause: string): Promise<void>;
}
