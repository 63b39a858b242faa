import type { Result } from '../../base/result';
import { inPartition, withPrefix } from '../../storage/key-conditions';
import { tenantKeyOf, tenantOptionKey, tenantsPartition } from '../../storage/keys';
import { collect, growingPages } from '../../storage/pages';
import type { ConditionFailed, Item, Table } from '../../storage/table';

/** A tenant as it is stored. */
export interface TenantRecord {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly retentionDays: number;
}

/** One setting of a tenant. Category and key identify it. */
export interface TenantOption {
  readonly category: string;
  readonly key: string;
  readonly value: string;
}

/** Stores a new tenant; fails when it exists. */
export const insertTenant = (registry: Table, tenant: TenantRecord): Promise<Result<void, ConditionFailed>> =>
  registry.create({ ...tenantKeyOf(tenant.id), ...tenant });

/** One strongly consistent read. */
export async function getTenant(registry: Table, id: string): Promise<TenantRecord | undefined> {
  const item = await registry.get(tenantKeyOf(id));
  return item && tenantOf(item);
}

/** All tenants, by ascending id. */
export async function listTenants(registry: Table): Promise<TenantRecord[]> {
  const where = inPartition(tenantsPartition);
  return (await collect(growingPages(registry, { where }))).map(tenantOf);
}

/** One strongly consistent read; undefined when the option is not set. */
export async function getOption(
  registry: Table,
  tenant: string,
  category: string,
  key: string,
): Promise<string | undefined> {
  const item = await registry.get(tenantOptionKey(tenant, category, key));
  return item?.value;
}

/** Sets an option, whether or not it is set. */
export async function putOption(registry: Table, tenant: string, option: TenantOption): Promise<void> {
  await registry.put({ ...tenantOptionKey(tenant, option.category, option.key), ...option });
}

/** All options of a tenant, or those of one category. */
export async function listOptions(registry: Table, tenant: string, category?: string): Promise<TenantOption[]> {
  const { pk, sk } = tenantOptionKey(tenant, category ?? '', '');
  const where = category === undefined ? inPartition(pk) : withPrefix(pk, sk);
  return (await collect(growingPages(registry, { where }))).map(({ category, key, value }) => ({
    category,
    key,
    value,
  }));
}

const tenantOf = ({ id, name, domain, retentionDays }: Item): TenantRecord => ({ id, name, domain, retentionDays });
