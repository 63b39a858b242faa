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

/** Every instance knows of a new listener within this time, which is well below the promised five seconds. */
const REMEMBERED = { capacity: 1_000, ttlMs: 3_000 } as const;

/**
 * Who listens in a tenant. It is one item per tenant, remembered for some seconds. So a tenant without listeners costs
 * one read every few seconds and no call of a sink.
 */
export class Listeners {
  private readonly items: ListenerItems;
  private readonly known: Lru<Listening>;

  constructor(private readonly deps: { readonly registry: Table; readonly clock: Clock }) {
    this.items = new ListenerItems(deps.registry);
    this.known = new Lru(deps.clock, REMEMBERED);
  }

  /** Whether anybody listens; at most three seconds old. */
  async listeningIn(tenant: string): Promise<Listening> {
    const known = this.known.get(tenant);
    if (known !== undefined) return known;
    const { notifyUntil, process } = await this.items.read(tenant);
    const listening = { notify: notifyUntil > this.deps.clock.now(), process };
    this.known.set(tenant, listening);
    return listening;
  }

  /** Somebody listens to notifications until this time (ms since the epoch). A later time that is stored stays. */
  async notifyUntil(tenant: string, until: number): Promise<void> {
    await this.items.extend(tenant, until);
    this.known.delete(tenant);
  }

  /**
   * Adds a rule on the event bus. The tenant's changes go there while it has one. Adding a rule again changes nothing.
   */
  async addRule(tenant: string, rule: string): Promise<void> {
    await this.items.changeRules(tenant, 'ADD', rule);
    this.known.delete(tenant);
  }

  /** Removes a rule. Removing an unknown rule changes nothing. */
  async removeRule(tenant: string, rule: string): Promise<void> {
    await this.items.changeRules(tenant, 'DELETE', rule);
    this.known.delete(tenant);
  }

  /** Sends the tenant's changes to the event bus even without a known rule. This is for rules that are made by hand. */
  async setProcess(tenant: string, enabled: boolean): Promise<void> {
    await this.items.setProcess(tenant, enabled);
    this.known.delete(tenant);
  }
}
