import { claimKey } from '../storage/keys';
import type { Item, Table } from '../storage/table';

/** Which tenant and user a client ID belongs to: what a message's tenant and owner are taken from. */
export interface Claim {
  readonly tenant: string;
  readonly user: string;
  /** Device identifier: external id of type c8y_Serial. */
  readonly serial: string;
  readonly kind: 'human' | 'device';
}

/** The item of a client ID. */
export class ClaimItems {
  constructor(private readonly registry: Table) {}

  async read(clientId: string): Promise<Claim | undefined> {
    const item = await this.registry.get(claimKey(clientId));
    return item && claimOf(item);
  }

  /** False when the client ID is another tenant's, or a device of the same tenant has it. */
  async take(clientId: string, { tenant, user, serial, kind }: Claim): Promise<boolean> {
    const put = await this.registry.put(
      { ...claimKey(clientId), tenant, user, serial, kind },
      {
        text: 'attribute_not_exists(pk) OR (tenant = :tenant AND (#user = :user OR kind = :human))',
        names: { '#user': 'user' },
        values: { ':tenant': tenant, ':user': user, ':human': 'human' },
      },
    );
    return put.ok;
  }

  /** False when it is not the tenant's. */
  async remove(tenant: string, clientId: string): Promise<boolean> {
    const ours = { text: 'tenant = :tenant', values: { ':tenant': tenant } };
    return (await this.registry.delete(claimKey(clientId), ours)).ok;
  }
}

const claimOf = ({ tenant, user, serial, kind }: Item): Claim => ({ tenant, user, serial, kind });
