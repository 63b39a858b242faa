import { asObject } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import type { Call } from '../call';
import type { Inventory } from '../inventory/inventory';
import type { DeviceRef } from '../model';
import type { Operations } from '../operations/operations';
import type { Refusal } from '../refusal';

const PROFILE_OPERATION = 'c8y_DeviceProfile';

/** The device profile of a device (docs/reference/static-templates.md#device-profile-being-applied). */
export class Profiles {
  constructor(
    private readonly inventory: Pick<Inventory, 'get' | 'updateFragments'>,
    private readonly operations: Pick<Operations, 'list'>,
  ) {}

  /**
   * Sets `c8y_Profile`. Without an id the profile is that of the oldest EXECUTING profile operation, and there has to
   * be one. The name comes from the operation with that id, or else from the stored profile
   * (docs/reference/static-templates.md#device-profile-being-applied).
   */
  async set(
    call: Call,
    device: DeviceRef,
    { executed, profileId }: { readonly executed: boolean; readonly profileId?: string },
  ): Promise<Result<void, Refusal>> {
    const known = (await this.ofOperation(call, device, profileId)) ?? (await this.stored(call, device, profileId));
    const id = profileId ?? known?.id;
    if (id === undefined) return fail({ kind: 'notFound', reason: 'noProfileOperation', subject: 'operation' });
    const profile = { profileName: known?.name ?? id, profileId: id, profileExecuted: executed };
    const done = await this.inventory.updateFragments(call, device.id, { set: { c8y_Profile: profile }, remove: [] });
    return done.ok ? ok(undefined) : done;
  }

  private async ofOperation({ origin }: Call, device: DeviceRef, profileId?: string) {
    const filter = { deviceId: device.id, statuses: ['EXECUTING'], fragmentType: PROFILE_OPERATION } as const;
    for await (const { fragments } of this.operations.list(origin.tenant, filter)) {
      const { profileId: id, profileName: name } = fragments;
      if (typeof id !== 'string' || (profileId !== undefined && profileId !== id)) continue;
      return { id, name: typeof name === 'string' ? name : id };
    }
    return undefined;
  }

  private async stored({ origin }: Call, device: DeviceRef, profileId?: string) {
    if (profileId === undefined) return undefined;
    const profile = asObject((await this.inventory.get(origin.tenant, device.id))?.fragments.c8y_Profile);
    const { profileId: id, profileName: name } = profile ?? {};
    return id === profileId && typeof name === 'string' ? { id: profileId, name } : undefined;
  }
}
