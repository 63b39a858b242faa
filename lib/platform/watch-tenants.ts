import type { Clock } from '../base/clock';
import type { Origin } from './model';
import type { RegistryServices } from './services';
import type { ChangeWork } from './unit-of-work';

export interface WatchDeps {
  readonly services: Pick<RegistryServices, 'availability' | 'tenants'>;
  /** Where the changes go that a look at one tenant makes. */
  begin(origin: Origin): ChangeWork;
  readonly clock: Pick<Clock, 'now'>;
}

/** Looks after what is due in every tenant: one query for the tenants and one for each of them while nothing is. */
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
