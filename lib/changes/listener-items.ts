import { listenersKey } from '../storage/keys';
import type { Table } from '../storage/table';

/** Who listens in a tenant, as it is stored. */
export interface ListenersRecord {
  /** Subscribers of notifications listen until then, ms since the epoch. */
  readonly notifyUntil: number;
  /** The tenant has rules on the event bus, or somebody says that it has. */
  readonly process: boolean;
}

/** The one item of a tenant that says who hears of its changes. */
export class ListenerItems {
  constructor(private readonly registry: Table) {}

  /** Eventually consistent: half the price, and what is known is seconds old anyway. */
  async read(tenant: string): Promise<ListenersRecord> {
    const item = await this.registry.get(listenersKey(tenant), { consistent: false });
    return {
      notifyUntil: Number(item?.notifyUntil ?? 0),
      process: item?.process === true || item?.rules !== undefined,
    };
  }

  /** A later end stays. */
  async extend(tenant: string, until: number): Promise<void> {
    await this.registry.update(
      listenersKey(tenant),
      { text: 'SET notifyUntil = :until', values: { ':until': until } },
      { text: 'attribute_not_exists(notifyUntil) OR notifyUntil < :until' },
    );
  }

  /** DynamoDB drops a set with its last member, so a set that is there has rules in it. */
  async changeRules(tenant: string, action: 'ADD' | 'DELETE', rule: string): Promise<void> {
    await this.registry.update(listenersKey(tenant), {
      text: `${action} #rules :rule`,
      names: { '#rules': 'rules' },
      values: { ':rule': new Set([rule]) },
    });
  }

  async setProcess(tenant: string, enabled: boolean): Promise<void> {
    await this.registry.update(listenersKey(tenant), {
      text: 'SET #process = :enabled',
      names: { '#process': 'process' },
      values: { ':enabled': enabled },
    });
  }
}
