import { storeReadings } from '../storage/readings';
import type { PlatformDeps } from './context';
import { MessageEffects } from './effects';
import type { Origin } from './model';
import type { Tenants } from './tenants';

/** One message's effects and its end, for whoever owns the message. */
export interface Message {
  readonly effects: MessageEffects;
  /** Stores what was collected, in as few writes as it packs into. Throws when the database does. */
  flush(): Promise<void>;
}

/** Begins a message: its processing mode decides what the effects keep. */
export function beginMessage(deps: PlatformDeps, tenants: Tenants, origin: Origin): Message {
  const effects = new MessageEffects(origin.mode);
  return {
    effects,
    flush: async () => {
      if (effects.readings.length === 0) return;
      const retentionDays = await tenants.retentionDays(origin.tenant);
      await storeReadings(deps.telemetry, origin.tenant, effects.readings, {
        receivedAt: origin.receivedAt,
        retentionDays,
      });
    },
  };
}
