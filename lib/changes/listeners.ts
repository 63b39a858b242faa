import type { Clock } from '../base/clock';
import { Lru } from '../base/lru';
import type { Table } from '../storage/table';
import { ListenerItems } from './listener-items';

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
  private readonly items: ListenerItems;
  private readonly known: Lru<Listening>;

  constructor(private readonly deps: { readonly registry: Table; readonly clock: Clock }) {
    this.items = new ListenerItems(deps.registry);
    this.known = new Lru(deps.clock, REMEMBERED);
  }

  async listeningIn(tenant: string): Promise<Listening> {
    const known = this.known.get(tenant);
    if (known !== undefined) return known;
    const { notifyUntil, process } = await this.items.read(tenant);
    const listening = { notify: notifyUntil > this.deps.clock.now(), process };
    this.known.set(tenant, listening);
    return listening;
  }

  /** Somebody listens to notifications until then (ms); later ends win. */
  async notifyUntil(tenant: string, until: number): Promise<void> {
    await this.items.extend(tenant, until);
    this.known.delete(tenant);
  }

  /** One more rule for the tenant on the event bus; its changes go there while there is any. Twice is once. */
  async addRule(tenant: string, rule: string): Promise<void> {
    await this.items.changeRules(tenant, 'ADD', rule);
    this.known.delete(tenant);
  }

  /** The rule is gone; one that was never there is none. */
  async removeRule(tenant: string, rule: string): Promise<void> {
    await this.items.changeRules(tenant, 'DELETE', rule);
    this.known.delete(tenant);
  }

  /** Whether the tenant's changes go to the event bus whatever rules are known: for rules made by hand. */
  async setProcess(tenant: string, enabled: boolean): Promise<void> {
    await this.items.setProcess(tenant, enabled);
    this.known.delete(tenant);
  }
}
