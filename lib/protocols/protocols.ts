import type { Protocol } from './protocol';
import { smartRestStatic } from './smartrest/static/protocol';

/**
 * Every protocol a device may speak. Rules, policy, topic parser, delivery and `npm run decode` follow from the list.
 */
export const PROTOCOLS: readonly Protocol[] = [smartRestStatic];

/**
 * Topics on which Cumulocity would send and this platform does not yet. A device may subscribe to them, because clients
 * name them in one SUBSCRIBE with topics they need, and AWS closes the connection of a client that asks for a topic
 * outside its policy. A protocol that joins `PROTOCOLS` takes its topics out of this list.
 */
export const TOLERATED_DOWNLINKS: readonly string[] = [
  's/dc/*',
  's/dd',
  's/dt',
  's/dl',
  's/dl/*',
  's/ol/*',
  's/dcr',
  's/dat',
  'error',
  'devicecontrol/notifications',
];
