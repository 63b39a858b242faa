import type { Clock } from '../base/clock';
import type { Origin } from './model';
import type { RegistryServices } from './services';
import type { ChangeWork } from './unit-of-work';

/** What the watch needs. */
export interface WatchDeps {
  readonly services: Pick<RegistryServices, 'availability' | 'tenants'>;
  /** Begins the work for one tenant; it collects the changes. */
  begin(origin: Origin): ChangeWork;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Raises the alarms that are due in every tenant, and gives their number per tenant. While nothing is due, it costs one
 * query for the tenants and one for each of them.
 */
export async function* watchTenants({
  services,
  begin,
  clock,
}: WatchDeps): AsyncGenerator<{ readonly tenant: string; readonly raised: number }> {
  for (const { id: tenant } of await services.tenants.list()) {
    const work = begin({
      tenant,
      user: '',
      mode: 'PERSISTENT',
      receivedAt: clock.now(),
      messageId: 'watch',
      row: 0,
    });
    const raised = await services.availability.expire(tenant, work.effects);
    await work.flush();
    yield { tenant, raised };
  }
}
