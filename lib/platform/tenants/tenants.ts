import { Lru } from '../../base/lru';
import { fail, ok, type Result } from '../../base/result';
import type { RegistryDeps } from '../call';
import type { Refusal } from '../refusal';
import { getOption, getTenant, insertTenant, listOptions, listTenants, putOption, type TenantRecord } from './items';

/** A customer of the platform: users, devices and data of one never meet those of another. */
export type Tenant = TenantRecord;

const DEFAULT_RETENTION_DAYS = 60;
const TENANT_ID = /^[A-Za-z0-9._-]{1,64}$/;
const REMEMBERED_MS = 5_000;
/** For the TTL of what is written, which reads check again: staler does no harm, and a busy device costs no read. */
const WRITE_RETENTION_MS = 600_000;
const DAY_MS = 86_400_000;

export class Tenants {
  private readonly known: Lru<Tenant>;
  private readonly writeRetention: Lru<number>;

  constructor(private readonly deps: RegistryDeps) {
    this.writeRetention = new Lru(deps.clock, { capacity: 1_000, ttlMs: WRITE_RETENTION_MS });
    this.known = new Lru(deps.clock, { capacity: 1_000, ttlMs: REMEMBERED_MS });
  }

  async create(tenant: {
    readonly id: string;
    readonly name?: string;
    readonly domain: string;
    readonly retentionDays?: number;
  }): Promise<Result<Tenant, Refusal>> {
    const { id, name = id, domain, retentionDays = DEFAULT_RETENTION_DAYS } = tenant;
    if (!TENANT_ID.test(id)) return fail({ kind: 'invalid', reason: 'tenantId', subject: 'tenant', id });
    if (!Number.isInteger(retentionDays) || retentionDays < 1) {
      return fail({ kind: 'invalid', reason: 'retention', subject: 'tenant' });
    }
    const record: Tenant = { id, name, domain, retentionDays };
    const inserted = await insertTenant(this.deps.registry, record);
    if (inserted.ok) return ok(record);
    return fail({ kind: 'exists', reason: 'taken', subject: 'tenant', id });
  }

  /** Remembered for a few seconds; a changed retention is true that much later. */
  async get(id: string): Promise<Tenant | undefined> {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const found = await getTenant(this.deps.registry, id);
    if (found !== undefined) this.known.set(id, found);
    return found;
  }

  list(): Promise<Tenant[]> {
    return listTenants(this.deps.registry);
  }

  /** How long readings written now are kept, in days; remembered for ten minutes. */
  async retentionDays(id: string): Promise<number> {
    const known = this.writeRetention.get(id);
    if (known !== undefined) return known;
    const days = (await this.get(id))?.retentionDays ?? DEFAULT_RETENTION_DAYS;
    this.writeRetention.set(id, days);
    return days;
  }

  /** Readings received before this moment have expired, ms since the epoch. */
  async keptSince(id: string): Promise<number> {
    const days = (await this.get(id))?.retentionDays ?? DEFAULT_RETENTION_DAYS;
    return this.deps.clock.now() - days * DAY_MS;
  }

  option(tenant: string, category: string, key: string): Promise<string | undefined> {
    return getOption(this.deps.registry, tenant, category, key);
  }

  async setOption(tenant: string, category: string, key: string, value: string): Promise<void> {
    await putOption(this.deps.registry, tenant, { category, key, value });
  }

  /** All options of a tenant, or of one category. */
  options(tenant: string, category?: string): Promise<{ category: string; key: string; value: string }[]> {
    return listOptions(this.deps.registry, tenant, category);
  }
}
