import { listenersKey } from '../storage/keys';
import type { Table } from '../storage/table';

/** Who listens in a tenant, as it is stored. */
export interface ListenersRecord {
  /** Until when somebody is subscribed to notifications, ms since the epoch. */
  readonly notifyUntil: number;
  /** The tenant has rules on the event bus, or an operator has switched it on. */
  readonly process: boolean;
}

/** The one item of a tenant that says who hears of its changes. */
export class ListenerItems {
  constructor(private readonly registry: Table) {}

  /** Eventually consistent, which is half the price. The caller remembers the answer for seconds anyway. */
  async read(tenant: string): Promise<ListenersRecord> {
    const item = await this.registry.get(listenersKey(tenant), { consistent: false });
    return {
      notifyUntil: Number(item?.notifyUntil ?? 0),
      process: item?.process === true || item?.rules !== undefined,
    };
  }

  /** Moves the end of the notifications to `until` (ms since the epoch), unless a later one is stored. */
  async extend(tenant: string, until: number): Promise<void> {
    await this.registry.update(
      listenersKey(tenant),
      { text: 'SET notifyUntil = :until', values: { ':until': until } },
      { text: 'attribute_not_exists(notifyUntil) OR notifyUntil < :until' },
    );
  }

  /** Adds or removes a rule. DynamoDB drops a set with its last member, so a set that exists has rules in it. */
  async changeRules(tenant: string, action: 'ADD' | 'DELETE', rule: string): Promise<void> {
    await this.registry.update(listenersKey(tenant), {
      text: `${action} #rules :rule`,
      names: { '#rules': 'rules' },
      values: { ':rule': new Set([rule]) },
    });
  }

  /** Sets the switch that counts whatever rules are known. */
  async setProcess(tenant: string, enabled: boolean): Promise<void> {
    await this.registry.update(listenersKey(tenant), {
      text: 'SET #process = :enabled',
      names: { '#process': 'process' },
      values: { ':enabled': enabled },
    });
  }
}
