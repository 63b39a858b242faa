import { Lru } from '../../base/lru';
import { fail, ok, type Result } from '../../base/result';
import type { RegistryDeps } from '../call';
import type { Refusal } from '../refusal';
import { getOption, getTenant, insertTenant, listOptions, listTenants, putOption, type TenantRecord } from './items';

/** A customer of the platform. Users, devices and data of one tenant are never visible to another. */
export type Tenant = TenantRecord;

const DEFAULT_RETENTION_DAYS = 60;
const TENANT_ID = /^[A-Za-z0-9._-]{1,64}$/;
const REMEMBERED_MS = 5_000;
/**
 * How long a retention is remembered for the TTL of writes. Reads check the retention again, so an old value does no
 * harm, and a busy device costs no read.
 */
const WRITE_RETENTION_MS = 600_000;
const DAY_MS = 86_400_000;

/** Tenants and their options (docs/data-model.md#tenants-users-claims). */
export class Tenants {
  private readonly known: Lru<Tenant>;
  private readonly writeRetention: Lru<number>;

  constructor(private readonly deps: RegistryDeps) {
    this.writeRetention = new Lru(deps.clock, { capacity: 1_000, ttlMs: WRITE_RETENTION_MS });
    this.known = new Lru(deps.clock, { capacity: 1_000, ttlMs: REMEMBERED_MS });
  }

  /** Creates a tenant. Refused when the id or the retention is not allowed, or the tenant exists. Default: 60 days. */
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

  /** A tenant, remembered for some seconds. A changed retention counts that much later. */
  async get(id: string): Promise<Tenant | undefined> {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const found = await getTenant(this.deps.registry, id);
    if (found !== undefined) this.known.set(id, found);
    return found;
  }

  /** All tenants: one query. */
  list(): Promise<Tenant[]> {
    return listTenants(this.deps.registry);
  }

  /** How many days readings that are written now are kept. It is remembered for ten minutes. */
  async retentionDays(id: string): Promise<number> {
    const known = this.writeRetention.get(id);
    if (known !== undefined) return known;
    const days = (await this.get(id))?.retentionDays ?? DEFAULT_RETENTION_DAYS;
    this.writeRetention.set(id, days);
    return days;
  }

  /** The start of what is still kept, ms since the epoch: readings received before it have expired. */
  async keptSince(id: string): Promise<number> {
    const days = (await this.get(id))?.retentionDays ?? DEFAULT_RETENTION_DAYS;
    return this.deps.clock.now() - days * DAY_MS;
  }

  /** The value of an option: one read; undefined when it is not set. */
  option(tenant: string, category: string, key: string): Promise<string | undefined> {
    return getOption(this.deps.registry, tenant, category, key);
  }

  /** Sets an option. */
  async setOption(tenant: string, category: string, key: string, value: string): Promise<void> {
    await putOption(this.deps.registry, tenant, { category, key, value });
  }

  /** All options of a tenant, or of one category. */
  options(tenant: string, category?: string): Promise<{ category: string; key: string; value: string }[]> {
    return listOptions(this.deps.registry, tenant, category);
  }
}
