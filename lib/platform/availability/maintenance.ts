import { Lru } from '../../base/lru';
import type { RegistryDeps } from '../call';
import { getObject } from '../inventory/object-items';
import { responseIntervalOf } from '../inventory/requirement';

/** Other instances know of a change within this time. */
const REMEMBERED = { capacity: 20_000, ttlMs: 5_000 } as const;

/** Which devices are in maintenance, by id. It costs one read, remembered for some seconds. */
export class Maintenance {
  private readonly known: Lru<boolean>;

  constructor(private readonly deps: RegistryDeps) {
    this.known = new Lru(deps.clock, REMEMBERED);
  }

  /**
   * Whether the device is in maintenance: then no new alarms are created
   * (docs/reference/static-templates.md#alarms-in-maintenance).
   */
  async isOn(tenant: string, id: string): Promise<boolean> {
    return this.known.get(nameOf(tenant, id)) ?? this.read(tenant, id);
  }

  /** Drops what is remembered, after this instance has changed what is required of the device. */
  forget(tenant: string, id: string): void {
    this.known.delete(nameOf(tenant, id));
  }

  private async read(tenant: string, id: string): Promise<boolean> {
    const interval = responseIntervalOf((await getObject(this.deps.registry, tenant, id))?.members ?? {});
    const isOn = interval !== undefined && interval <= 0;
    this.known.set(nameOf(tenant, id), isOn);
    return isOn;
  }
}

const nameOf = (tenant: string, id: string): string => `${tenant}/${id}`;
