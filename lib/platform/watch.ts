import type { Clock } from '../base/clock';
import type { ChangeMessage } from './message';
import type { Origin } from './model';
import type { RegistryServices } from './services';

export interface WatchDeps {
  readonly services: Pick<RegistryServices, 'availability' | 'tenants'>;
  /** Where the changes go that a look at one tenant makes. */
  begin(origin: Origin): ChangeMessage;
  readonly clock: Pick<Clock, 'now'>;
}

/** Looks after what is due in every tenant: one query for the tenants and one for each of them while nothing is. */
export async function* watchTenants({
  services,
  begin,
  clock,
}: WatchDeps): AsyncGenerator<{ readonly tenant: string; readonly raised: number }> {
  for (const { id: tenant } of await services.tenants.list()) {
    const message = begin({
      tenant,
      user: '',
      mode: 'PERSISTENT',
      receivedAt: clock.now(),
      messageId: 'watch',
      row: 0,
    });
    const raised = await services.availability.expire(tenant, message.effects);
    await message.flush();
    yield { tenant, raised };
  }
}
