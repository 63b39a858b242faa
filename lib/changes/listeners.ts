import type { Clock } from '../base/clock';
import { Lru } from '../base/lru';
import type { Table } from '../storage/table';
import { ListenerItems, type ListenersRecord } from './listener-items';

/** Whether anybody in a tenant hears of changes. */
export interface Listening {
  /** Somebody has subscribed to real-time notifications. */
  readonly notify: boolean;
  /** The tenant has rules on the event bus. */
  readonly process: boolean;
}

/**
 * Ms for which an instance uses what it has read of the tenant's item. Every instance knows of a new listener within
 * this time, which is well below the promised five seconds. No instance uses a serial that was given up longer ago.
 */
export const NAME_LEASE_MS = 3_000;
/** The count of releases is of use for longer. */
const REMEMBERED = { capacity: 1_000, ttlMs: 60_000 } as const;

type Known = ListenersRecord & { readonly readAt: number };

/**
 * Who listens in a tenant, and how many serials the tenant has given up. It is one item per tenant, remembered for some
 * seconds. So a tenant without listeners costs one read every few seconds and no call of a sink.
 */
export class Listeners {
  private readonly items: ListenerItems;
  private readonly known: Lru<Known>;

  constructor(private readonly deps: { readonly registry: Table; readonly clock: Clock }) {
    this.items = new ListenerItems(deps.registry);
    this.known = new Lru(deps.clock, REMEMBERED);
  }

  /** Whether anybody listens; at most three seconds old. */
  async listeningIn(tenant: string): Promise<Listening> {
    const { notifyUntil, process } = await this.current(tenant);
    return { notify: notifyUntil > this.deps.clock.now(), process };
  }

  /** How many serials the tenant has given up, and when that was read (ms since the epoch); at most `NAME_LEASE_MS` ago. */
  async releasesIn(tenant: string): Promise<{ readonly releases: number; readonly readAt: number }> {
    return this.current(tenant);
  }

  /** How many releases this instance knows of, without a read; undefined when it has not looked for a minute. */
  knownReleases(tenant: string): number | undefined {
    return this.known.get(tenant)?.releases;
  }

  /** Tells all instances that the tenant gives up serials. They know it after `NAME_LEASE_MS`. */
  async released(tenant: string): Promise<void> {
    await this.items.countRelease(tenant);
    this.known.delete(tenant);
  }

  private async current(tenant: string): Promise<Known> {
    const known = this.known.get(tenant);
    // taken before the read: what it says is true from then on
    const readAt = this.deps.clock.now();
    if (known !== undefined && readAt - known.readAt < NAME_LEASE_MS) return known;
    const read = { ...(await this.items.read(tenant)), readAt };
    this.known.set(tenant, read);
    return read;
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
