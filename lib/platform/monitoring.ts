import { Lru } from '../storage/lru';
import { getObject } from '../storage/objects';
import type { PlatformDeps } from './context';
import { responseIntervalOf } from './required-availability';

/** `watched: false` for a device that nobody requires anything of. */
type Requirement = { readonly watched: false } | { readonly watched: true; readonly responseInterval: number };

/** Other instances hear of a change within this time. */
const REMEMBERED = { capacity: 20_000, ttlMs: 5_000 } as const;

/** What is required of a device, for those who know only its id. One read, remembered for some seconds. */
export class Monitoring {
  private readonly known: Lru<Requirement>;

  constructor(private readonly deps: PlatformDeps) {
    this.known = new Lru(deps.clock, REMEMBERED);
  }

  /** Minutes between signs of life, zero or less in maintenance; undefined when nothing is required. */
  async responseInterval(tenant: string, id: string): Promise<number | undefined> {
    const requirement = this.known.get(nameOf(tenant, id)) ?? (await this.read(tenant, id));
    return requirement.watched ? requirement.responseInterval : undefined;
  }

  /** New alarms of a device in maintenance are not created (static-templates section 6). */
  async isInMaintenance(tenant: string, id: string): Promise<boolean> {
    const interval = await this.responseInterval(tenant, id);
    return interval !== undefined && interval <= 0;
  }

  /** Somebody here has changed it. */
  forget(tenant: string, id: string): void {
    this.known.delete(nameOf(tenant, id));
  }

  private async read(tenant: string, id: string): Promise<Requirement> {
    const responseInterval = responseIntervalOf((await getObject(this.deps.registry, tenant, id))?.members ?? {});
    const requirement: Requirement =
      responseInterval === undefined ? { watched: false } : { watched: true, responseInterval };
    this.known.set(nameOf(tenant, id), requirement);
    return requirement;
  }
}

const nameOf = (tenant: string, id: string): string => `${tenant}/${id}`;
