import { systemClock } from '../../src/clock';
import { NO_JOURNAL } from '../../src/journal';
import { Meter } from '../../src/meter/meter';
import type { EmbeddedCloudOptions } from '../../src/options';
import { Scheduler } from '../../src/scheduler';
import { type ComposedServices, composeServices } from '../../src/services';
import type { StackIdentity } from '../../src/template/resource-type';

export const STACK: StackIdentity = { stackName: 'test', region: 'us-east-1', account: '000000000000' };

/** The services of a cloud that has no resources yet and is not open. */
export function servicesOf(options: Partial<EmbeddedCloudOptions> = {}): ComposedServices {
  return composeServices({
    options: {
      assembly: { stackName: STACK.stackName, template: { Resources: {} }, assets: new Map() },
      clock: systemClock,
      ...options,
    },
    stack: STACK,
    host: '127.0.0.1',
    rootAccessKeyId: 'ROOT',
    endpointUrl: 'http://127.0.0.1:1',
    meter: new Meter(),
    scheduler: new Scheduler(systemClock),
    journal: NO_JOURNAL,
  });
}
