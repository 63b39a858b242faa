import { listenersKey } from '../storage/keys';
import type { Table } from '../storage/table';

/** Who listens in a tenant, as it is stored. */
export interface ListenersRecord {
  /** Until when somebody is subscribed to notifications, ms since the epoch. */
  readonly notifyUntil: number;
  /** The tenant has rules on the event bus, or an operator has switched it on. */
  readonly process: boolean;
  /** How often the tenant has given up serials. */
  readonly releases: number;
}

/** The one item of a tenant that every instance looks at every few seconds. */
export class ListenerItems {
  constructor(private readonly registry: Table) {}

  /** Strongly consistent: who has waited for `NAME_LEASE_MS` after a release relies on it. */
  async read(tenant: string): Promise<ListenersRecord> {
    const item = await this.registry.get(listenersKey(tenant));
    return {
      notifyUntil: Number(item?.notifyUntil ?? 0),
      process: item?.process === true || item?.rules !== undefined,
      releases: Number(item?.releases ?? 0),
    };
  }

  /** Counts a release. Counting it twice does no harm. */
  async countRelease(tenant: string): Promise<void> {
    await this.registry.update(listenersKey(tenant), { text: 'ADD releases :one', values: { ':one': 1 } });
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
