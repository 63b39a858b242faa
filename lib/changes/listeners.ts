import type { Clock } from '../base/clock';
import { Lru } from '../base/lru';
import { listenersKey } from '../storage/keys';
import type { Table } from '../storage/table';

/** Whether anybody in a tenant hears of changes. */
export interface Listening {
  /** Somebody has subscribed to real-time notifications. */
  readonly notify: boolean;
  /** The tenant has rules on the event bus. */
  readonly process: boolean;
}

/** A new listener is heard of within this time everywhere, with room below the promised five seconds. */
const REMEMBERED = { capacity: 1_000, ttlMs: 3_000 } as const;

/**
 * The flag that makes silence free: one item per tenant, remembered for seconds, so that a tenant without listeners causes
 * no calls but a read now and then.
 */
export class Listeners {
  private readonly known: Lru<Listening>;

  constructor(private readonly deps: { readonly registry: Table; readonly clock: Clock }) {
    this.known = new Lru(deps.clock, REMEMBERED);
  }

  async listeningIn(tenant: string): Promise<Listening> {
    const known = this.known.get(tenant);
    if (known !== undefined) return known;
    const item = await this.deps.registry.get(listenersKey(tenant), { consistent: false });
    const listening = {
      notify: Number(item?.notifyUntil ?? 0) > this.deps.clock.now(),
      process: item?.process === true || item?.rules !== undefined,
    };
    this.known.set(tenant, listening);
    return listening;
  }

  /** Somebody listens to notifications until then (ms); later ends win. */
  async notifyUntil(tenant: string, until: number): Promise<void> {
    await this.deps.registry.update(
      listenersKey(tenant),
      { text: 'SET notifyUntil = :until', values: { ':until': until } },
      { text: 'attribute_not_exists(notifyUntil) OR notifyUntil < :until' },
    );
    this.known.delete(tenant);
  }

  /** One more rule for the tenant on the event bus; its changes go there while there is any. Twice is once. */
  async addRule(tenant: string, rule: string): Promise<void> {
    await this.changeRules(tenant, 'ADD', rule);
  }

  /** The rule is gone; one that was never there is none. */
  async removeRule(tenant: string, rule: string): Promise<void> {
    await this.changeRules(tenant, 'DELETE', rule);
  }

  /** DynamoDB drops a set with its last member, so a set that is there has rules in it. */
  private async changeRules(tenant: string, action: 'ADD' | 'DELETE', rule: string): Promise<void> {
    const change = {
      text: `${action} #rules :rule`,
      names: { '#rules': 'rules' },
      values: { ':rule': new Set([rule]) },
    };
    await this.deps.registry.update(listenersKey(tenant), change);
    this.known.delete(tenant);
  }

  /** Whether the tenant's changes go to the event bus whatever rules are known: for rules made by hand. */
  async process(tenant: string, enabled: boolean): Promise<void> {
    await this.deps.registry.update(listenersKey(tenant), {
      text: 'SET #process = :enabled',
      names: { '#process': 'process' },
      values: { ':enabled': enabled },
    });
    this.known.delete(tenant);
  }
}
