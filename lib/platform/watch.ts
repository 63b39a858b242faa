import type { ChangeSinks } from '../changes/change-sinks';
import type { PlatformDeps } from './call';
import { platformServices } from './services';
import { listTenants } from './tenants/items';
import { beginWork } from './unit-of-work';

/** Looks after what is due in every tenant: one query for the tenants and one for each of them while nothing is. */
export async function* watchTenants(
  deps: PlatformDeps & { readonly sinks?: ChangeSinks },
): AsyncGenerator<{ readonly tenant: string; readonly raised: number }> {
  const { availability, tenants } = platformServices(deps);
  for (const { id: tenant } of await listTenants(deps.registry)) {
    const work = beginWork(
      { ...deps, tenants },
      { tenant, user: '', mode: 'PERSISTENT', receivedAt: deps.clock.now(), messageId: 'watch', row: 0 },
    );
    const raised = await availability.expire(tenant, work.effects);
    await work.flush();
    yield { tenant, raised };
  }
}
