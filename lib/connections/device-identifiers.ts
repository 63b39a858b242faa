import { fail, ok, type Result } from '../base/result';
import type { Acting } from '../platform/access/acting';
import { DEVICE_USER_PREFIX, mayChangeDevices, type Principal } from '../platform/access/credentials';
import { type Identity, SERIAL } from '../platform/inventory/identity';
import type { Inventory } from '../platform/inventory/inventory';
import type { Refusal } from '../platform/refusal';
import type { Claim } from './claim-items';
import type { ClaimLookup } from './claim-lookup';
import type { Claims, DeniedClaim } from './claims';
import type { ClientId } from './client-id';
import type { EndConnection } from './end-connection';

export interface DeviceIdentifiersDeps {
  readonly claims: Claims;
  readonly lookup: Pick<ClaimLookup, 'heldBy'>;
  readonly acting: Pick<Acting, 'mayName'>;
  readonly identity: Pick<Identity, 'find'>;
  readonly inventory: Pick<Inventory, 'get'>;
  readonly endConnection: EndConnection;
  /** Told when a connection could not be ended. Its client then stays the device it was until it disconnects. */
  onStillConnected?(clientId: string, error: unknown): void;
}

/** Why somebody may not be a device. `noDeviceRight`: a person without the right to change devices. */
export type DeviceDenial = DeniedClaim['reason'] | 'noDeviceRight';

/**
 * Who may be which device (docs/security.md#who-may-be-which-device). A claim decides for identifiers that are taken.
 * A free one goes to a device user unless it is another's by name or by its device.
 */
export class DeviceIdentifiers {
  constructor(private readonly deps: DeviceIdentifiersDeps) {}

  /**
   * A client connects. `until` is when a person's hold lapses, ms since the epoch. It costs one read; a new owner costs
   * three reads more and a write.
   */
  async connect(principal: Principal, client: ClientId, until: number): Promise<Result<Claim, DeviceDenial>> {
    if (!mayChangeDevices(principal)) return fail('noDeviceRight');
    return this.claim(principal, client.serial, client.text, until);
  }

  /**
   * A device user names one of its objects with an identifier, which becomes its own. A person who may change devices
   * names any device of the tenant, and claims nothing.
   */
  async bind(principal: Principal, serial: string): Promise<Result<void, Refusal>> {
    if (principal.kind === 'human') return ok(undefined);
    const claimed = await this.claim(principal, serial);
    return claimed.ok ? ok(undefined) : fail({ kind: 'forbidden', reason: 'identifierOfOther', serial });
  }

  /** Who holds an identifier, if that is somebody of the tenant: one read. */
  holder(tenant: string, serial: string): Promise<Claim | undefined> {
    return this.deps.lookup.heldBy(tenant, serial);
  }

  /** Releases an identifier of the tenant and ends its connections. False when the tenant does not hold it. */
  async release(tenant: string, serial: string): Promise<boolean> {
    const clients = await this.deps.claims.release(tenant, serial);
    await this.end(clients ?? []);
    return clients !== undefined;
  }

  private async claim(
    { tenant, user, kind }: Principal,
    serial: string,
    clientId?: string,
    until?: number,
  ): Promise<Result<Claim, DeniedClaim['reason']>> {
    const request = { tenant, user, kind, serial, ...(clientId !== undefined && { clientId }) };
    const hold = kind === 'human' && until !== undefined ? { ...request, until } : request;
    const done = await this.deps.claims.claim(hold, () => this.isItsDevice(tenant, user, serial));
    await this.end(done.ok ? done.value.ended : done.error.ended);
    return done.ok ? ok(done.value.claim) : fail(done.error.reason);
  }

  /**
   * Whether a free identifier may become a device user's. Another device user may carry it in its name, or may own the
   * device that has it.
   */
  private async isItsDevice(tenant: string, user: string, serial: string): Promise<boolean> {
    const { acting, identity, inventory } = this.deps;
    if (!(await acting.mayName(tenant, user, serial))) return false;
    const known = await identity.find(tenant, SERIAL, serial);
    const owner = known && (await inventory.get(tenant, known.managedObjectId))?.owner;
    return owner === undefined || owner === user || !owner.startsWith(DEVICE_USER_PREFIX);
  }

  private async end(clients: readonly string[]): Promise<void> {
    await Promise.all(
      clients.map((clientId) =>
        this.deps.endConnection(clientId).catch((error: unknown) => this.deps.onStillConnected?.(clientId, error)),
      ),
    );
  }
}
