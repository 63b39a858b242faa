import type { ChangeSinks } from '../changes/change-sinks';
import type { PlatformDeps } from './call';
import { beginMessage } from './message';
import { platformServices } from './services';
import { listTenants } from './tenants/items';

/** Looks after what is due in every tenant: one query for the tenants and one for each of them while nothing is. */
export async function* watchTenants(
  deps: PlatformDeps & { readonly sinks?: ChangeSinks },
): AsyncGenerator<{ readonly tenant: string; readonly raised: number }> {
  const { availability, tenants } = platformServices(deps);
  for (const { id: tenant } of await listTenants(deps.registry)) {
    const message = beginMessage(
      { ...deps, tenants },
      { tenant, user: '', mode: 'PERSISTENT', receivedAt: deps.clock.now(), messageId: 'watch', row: 0 },
    );
    const raised = await availability.expire(tenant, message.effects);
    await message.flush();
    yield { tenant, raised };
  }
}
