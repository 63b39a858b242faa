import type { Call } from '../../lib/platform/call';
import type { Origin } from '../../lib/platform/model';
import { MessageEffects } from '../../lib/platform/unit-of-work';

/** A call and the effects that it collects. */
export interface TestCall extends Call {
  readonly effects: MessageEffects;
}

/** A call like that of a device's row. `at` is when the broker got the row, in ms since the epoch. */
export function callAt(at: number, origin: Partial<Origin> = {}): TestCall {
  const { mode = 'PERSISTENT' } = origin;
  return {
    origin: {
      tenant: 't100',
      user: 'device_pump-7741',
      mode,
      receivedAt: at,
      messageId: at.toString(16).padStart(12, '0').slice(-8),
      row: 1,
      ...origin,
    },
    effects: new MessageEffects(mode),
  };
}
