import { claimKey } from '../storage/keys';
import type { Item, Table } from '../storage/table';

/** Which tenant and user a client ID belongs to. Every message gets its tenant and its user from here. */
export interface Claim {
  readonly tenant: string;
  readonly user: string;
  /** Device identifier: external id of type c8y_Serial. */
  readonly serial: string;
  readonly kind: 'human' | 'device';
}

/** Claims in the registry table: one item for each client ID. */
export class ClaimItems {
  constructor(private readonly registry: Table) {}

  async read(clientId: string): Promise<Claim | undefined> {
    const item = await this.registry.get(claimKey(clientId));
    return item && claimOf(item);
  }

  /** Writes a claim. False when another tenant has the client ID, or another device user of the same tenant. */
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

  /** Deletes a claim. False when the client ID is not the tenant's. */
  async remove(tenant: string, clientId: string): Promise<boolean> {
    const ours = { text: 'tenant = :tenant', values: { ':tenant': tenant } };
    return (await this.registry.delete(claimKey(clientId), ours)).ok;
  }
}

const claimOf = ({ tenant, user, serial, kind }: Item): Claim => ({ tenant, user, serial, kind });
